UPDATE repo
JOIN star ON star.organization = repo.organization AND star.repo_name = repo.repo_name
SET repo.star_count = star.star_count;
