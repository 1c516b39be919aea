package release

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strings"
)

// event returns how the CI event that runs us chooses the base; nil when there is
// no event, or one that says nothing of it.
func (c *chooser) event() (func(context.Context) (base, error), error) {
	switch {
	case c.Getenv("GITHUB_ACTIONS") == "true":
		return c.gitHub()
	case c.Getenv("GITLAB_CI") == "true":
		return c.gitLab(), nil
	}
	return nil, nil
}

// gitHubEvent is what we read of the event of a workflow run.
type gitHubEvent struct {
	Before     string `json:"before"`
	MergeGroup struct {
		BaseSHA string `json:"base_sha"`
	} `json:"merge_group"`
	PullRequest struct {
		Head struct {
			SHA string `json:"sha"`
		} `json:"head"`
	} `json:"pull_request"`
	Repository struct {
		DefaultBranch string `json:"default_branch"`
	} `json:"repository"`
}

func (c *chooser) gitHub() (func(context.Context) (base, error), error) {
	var e gitHubEvent
	if file := c.Getenv("GITHUB_EVENT_PATH"); file != "" {
		data, err := os.ReadFile(file)
		if err == nil {
			err = json.Unmarshal(data, &e)
		}
		if err != nil {
			return nil, fmt.Errorf("reading the event of GitHub Actions (GITHUB_EVENT_PATH): %w; name what is deployed with --base", err)
		}
	}
	switch name := c.Getenv("GITHUB_EVENT_NAME"); name {
	case "pull_request", "pull_request_target":
		if branch := c.Getenv("GITHUB_BASE_REF"); branch != "" {
			made := c.Getenv("GITHUB_SHA")
			if name == "pull_request_target" {
				made = "" // it is the tip of the target branch
			}
			return func(ctx context.Context) (base, error) {
				return c.pullRequest(ctx, branch, e.PullRequest.Head.SHA, made)
			}, nil
		}
	case "merge_group":
		if e.MergeGroup.BaseSHA != "" {
			return func(ctx context.Context) (base, error) {
				return c.commitBefore(ctx, e.MergeGroup.BaseSHA, "the base of the merge queue")
			}, nil
		}
	case "push":
		if e.Before != "" {
			return func(ctx context.Context) (base, error) { return c.push(ctx, e.Before) }, nil
		}
	}
	if branch := e.Repository.DefaultBranch; branch != "" {
		return func(ctx context.Context) (base, error) { return c.byDefault(ctx, branch) }, nil
	}
	return nil, nil
}

func (c *chooser) gitLab() func(context.Context) (base, error) {
	source := c.Getenv("CI_PIPELINE_SOURCE")
	if commit := c.Getenv("CI_MERGE_REQUEST_DIFF_BASE_SHA"); commit != "" {
		branch := c.Getenv("CI_MERGE_REQUEST_TARGET_BRANCH_NAME")
		return func(ctx context.Context) (base, error) {
			merged := c.Getenv("CI_MERGE_REQUEST_EVENT_TYPE")
			if merged == "merged_result" || merged == "merge_train" {
				return c.pullRequest(ctx, branch, c.Getenv("CI_MERGE_REQUEST_SOURCE_BRANCH_SHA"), c.head)
			}
			return c.exactly(ctx, commit, commit, "merge base with "+branch+", the target of the merge request")
		}
	}
	if before := c.Getenv("CI_COMMIT_BEFORE_SHA"); before != "" && source == "push" {
		return func(ctx context.Context) (base, error) { return c.push(ctx, before) }
	}
	if branch := c.Getenv("CI_DEFAULT_BRANCH"); branch != "" {
		return func(ctx context.Context) (base, error) { return c.byDefault(ctx, branch) }
	}
	return nil
}

// pullRequest takes the merge base with the target branch. The commit that the
// forge makes of both has the tip of that branch for its first parent; made is
// that commit if HEAD is it, and tip the last commit of the pull request itself.
func (c *chooser) pullRequest(ctx context.Context, branch, tip, made string) (base, error) {
	parents, err := c.r.parents(ctx, c.head)
	if err != nil {
		return base{}, err
	}
	if len(parents) == 2 && c.head != tip && (c.head == made || parents[1] == tip) {
		return c.exactly(ctx, branch, parents[0], "first parent of the merge commit of the pull request, where it meets "+branch)
	}
	remotes, err := c.r.remotes(ctx)
	if err != nil {
		return base{}, err
	}
	if len(remotes) > 0 {
		branch = mainRemote(remotes) + "/" + branch
	}
	b, err := c.named(ctx, branch)
	if b.why != "" {
		b.why += ", the target of the pull request"
	}
	return b, err
}

// push takes the commit before a push, and for a new branch that before HEAD.
func (c *chooser) push(ctx context.Context, before string) (base, error) {
	if strings.Trim(before, "0") == "" {
		return c.firstParent(ctx, "the commit before HEAD, since the push made the branch")
	}
	return c.commitBefore(ctx, before, "the commit before the push")
}

// commitBefore takes a commit that a CI event names. In a shallow clone there may
// be no telling where it meets HEAD: then it is taken as it is.
func (c *chooser) commitBefore(ctx context.Context, commit, why string) (base, error) {
	b, err := c.exactly(ctx, commit, commit, why)
	if err != nil {
		return base{}, err
	}
	common, err := c.mergeBase(ctx, commit)
	if err != nil {
		return base{}, err
	}
	if common != "" && common != commit {
		b.commit, b.why = common, "merge base with "+short(commit)+", "+why
	}
	return b, nil
}
