package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/analysis/unitchecker"

	"github.com/expandcheck/expandcheck/analyzer"
	"github.com/expandcheck/expandcheck/lint"
)

// go vet -vettool=expandcheck runs the program once for its identity, once for its
// flags, and then once for each package. The first run reads the module, hands
// what it found to the others through the user's cache directory, and mixes a
// digest of it into the identity: go vet caches by that, and knows nothing of
// migrations or of other packages.

// isVetTool says whether the go command speaks.
func isVetTool(args []string) bool {
	return len(args) > 0 && (args[0] == "-V=full" || args[0] == "-flags" || strings.HasSuffix(args[len(args)-1], ".cfg"))
}

func vetTool(ctx context.Context, args []string, out io.Writer) error {
	switch args[0] {
	case "-V=full":
		return vetIdentity(ctx, out)
	case "-flags":
		_, err := fmt.Fprintln(out, "[]")
		return err
	}
	root, findings, err := knownFindings()
	if err != nil {
		return err
	}
	unitchecker.Run(args[len(args)-1], []*analysis.Analyzer{analyzer.Known(root, findings)}) // exits
	return nil
}

// vetIdentity reads the module and prints who this program is today.
func vetIdentity(ctx context.Context, out io.Writer) error {
	digest, err := shareFindings(ctx)
	if err != nil {
		return err
	}
	program, err := os.Executable()
	if err != nil {
		return fmt.Errorf("go vet: %w", err)
	}
	data, err := os.ReadFile(program)
	if err != nil {
		return fmt.Errorf("go vet: %w", err)
	}
	sum := sha256.Sum256(append(data, digest...))
	_, err = fmt.Fprintf(out, "expandcheck version devel buildID=%s\n", hex.EncodeToString(sum[:]))
	return err
}

// vetFile is where the findings of the module at root are shared.
func vetFile(root string) (string, error) {
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("go vet: %w", err)
	}
	sum := sha256.Sum256([]byte(root))
	return filepath.Join(cache, "expandcheck", "vet-"+hex.EncodeToString(sum[:8])+".json"), nil
}

func shareFindings(ctx context.Context) (digest string, err error) {
	cfg, err := lint.Configure(lint.Config{}, ".", "")
	if err != nil {
		return "", err
	}
	state, err := lint.Load(ctx, cfg)
	if err != nil {
		return "", err
	}
	data, err := json.Marshal(analyzer.Findings(state))
	if err != nil {
		return "", fmt.Errorf("go vet: %w", err)
	}
	name, err := vetFile(state.Root())
	if err != nil {
		return "", err
	}
	if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
		return "", fmt.Errorf("go vet: %w", err)
	}
	return state.Digest(), writeFile(name, data)
}

// knownFindings reads what the first run found, for the nearest folder above this
// one that it read; nothing where there is none.
func knownFindings() (root string, findings []analyzer.Finding, err error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", nil, fmt.Errorf("go vet: %w", err)
	}
	for {
		name, err := vetFile(dir)
		if err != nil {
			return "", nil, err
		}
		if data, err := os.ReadFile(name); err == nil {
			if err := json.Unmarshal(data, &findings); err != nil {
				return "", nil, fmt.Errorf("go vet: %s: %w", name, err)
			}
			return dir, findings, nil
		}
		up := filepath.Dir(dir)
		if up == dir {
			return dir, nil, nil // a package of the standard library, or of a dependency
		}
		dir = up
	}
}
