# The program with git: what is deployed is read from git's objects, so an image
# without it (scratch, distroless) could do no more than --all, --since and standard input.
#
#   docker build --build-arg VERSION=v1.2.3 -t expandcheck .
#   docker run --rm --volume "$PWD:/repository" expandcheck lint --base origin/main
FROM golang:1.26 AS build
WORKDIR /source
COPY go.mod go.sum ./
RUN go mod download
COPY . .
ARG VERSION=
RUN CGO_ENABLED=0 go build -buildvcs=false -trimpath -ldflags "-s -w -X main.releasedAs=$VERSION" -o /expandcheck ./cmd/expandcheck

FROM alpine:3.22
# The repository is mounted, and belongs to somebody else.
RUN apk add --no-cache git && git config --system --add safe.directory '*'
COPY --from=build /expandcheck /usr/local/bin/expandcheck
COPY LICENSE /usr/share/licenses/expandcheck/LICENSE
WORKDIR /repository
USER 65532:65532
ENTRYPOINT ["expandcheck"]
