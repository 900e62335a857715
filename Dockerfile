# The manager's image, and with --target rosterctl that of the command line: a static binary on a distroless base, run as a user
# without rights.
FROM --platform=$BUILDPLATFORM golang:1.26 AS build
ARG TARGETOS
ARG TARGETARCH
ARG VERSION=unversioned
ARG COMMIT=unknown
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
RUN CGO_ENABLED=0 GOOS=$TARGETOS GOARCH=$TARGETARCH go build -trimpath -buildvcs=false \
    -ldflags "-s -w -X main.version=$VERSION -X main.commit=$COMMIT" -o / ./cmd/manager ./cmd/rosterctl

FROM gcr.io/distroless/static:nonroot AS rosterctl
COPY --from=build /rosterctl /rosterctl
USER 65532:65532
ENTRYPOINT ["/rosterctl"]

FROM gcr.io/distroless/static:nonroot
COPY --from=build /manager /manager
USER 65532:65532
ENTRYPOINT ["/manager"]
