# The Debian package, built in one stage and installed in the other: what it depends on is worked out by the build.
#   docker build -t seniority:0.1.0 .
#   docker run --rm -v "$PWD/config.yaml:/etc/seniority/config.yaml:ro" --env-file .env seniority:0.1.0 --dry-run
FROM debian:12-slim AS build
WORKDIR /src/seniority
COPY . .
RUN apt-get update \
 && apt-get build-dep -y --no-install-recommends ./ \
 && DEB_BUILD_OPTIONS=nocheck dpkg-buildpackage -b -us -uc

FROM debian:12-slim
COPY --from=build /src/seniority_*.deb /tmp/
RUN apt-get update \
 && apt-get install -y --no-install-recommends /tmp/seniority_*.deb \
 && rm -rf /tmp/*.deb /var/lib/apt/lists/*
USER seniority
WORKDIR /etc/seniority
ENTRYPOINT ["seniority"]
