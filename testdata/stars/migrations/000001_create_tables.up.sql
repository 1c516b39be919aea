CREATE TABLE repo (
  id           BIGINT       NOT NULL AUTO_INCREMENT PRIMARY KEY,
  repo_name    VARCHAR(100) NOT NULL,
  organization VARCHAR(100) NOT NULL,
  UNIQUE KEY uq_repo (organization, repo_name)
);

CREATE TABLE star (
  id           BIGINT       NOT NULL AUTO_INCREMENT PRIMARY KEY,
  repo_name    VARCHAR(100) NOT NULL,
  organization VARCHAR(100) NOT NULL,
  star_count   INT          NOT NULL DEFAULT 0,
  UNIQUE KEY uq_star (organization, repo_name)
);
