# One file for every app:  docker build --target messaging --tag herald/messaging .
#
# Node runs the TypeScript directly, so nothing is compiled. An image contains the sources of one app, the
# libraries, and their production dependencies. None is native, so the files are the same for both platforms
# (amd64, arm64).
#
# BuildKit, kaniko and the buildah of Debian 12 build it alike; a test keeps out what one of them does not
# read, such as COPY --link.
#
# NODE_IMAGE has the version of package.json. For reproducible builds, pass it with its digest:
#   docker buildx imagetools inspect node:24.21.0-bookworm-slim --format '{{.Manifest.Digest}}'
#   docker build --build-arg NODE_IMAGE=node:24.21.0-bookworm-slim@sha256:... ...
ARG NODE_IMAGE=node:24.21.0-bookworm-slim

FROM --platform=$BUILDPLATFORM ${NODE_IMAGE} AS base
ENV CI=true
RUN npm install --global pnpm@12.21.0
WORKDIR /herald

# Production dependencies go into pnpm's store: this layer is reused until the lock file changes.
FROM base AS fetched
COPY pnpm-lock.yaml pnpm-workspace.yaml ./
RUN pnpm fetch --prod && rm -rf node_modules

FROM fetched AS libraries
COPY package.json ./
COPY libs libs

# Each app separately: a change of one keeps the layers of the others.
FROM libraries AS ingest-files
COPY apps/ingest apps/ingest
RUN pnpm install --prod --offline --frozen-lockfile --ignore-scripts --filter @herald/ingest...

FROM libraries AS event-handler-files
COPY apps/event-handler apps/event-handler
RUN pnpm install --prod --offline --frozen-lockfile --ignore-scripts --filter @herald/event-handler...

FROM libraries AS campaign-runner-files
COPY apps/campaign-runner apps/campaign-runner
RUN pnpm install --prod --offline --frozen-lockfile --ignore-scripts --filter @herald/campaign-runner...

FROM libraries AS messaging-files
COPY apps/messaging apps/messaging
RUN pnpm install --prod --offline --frozen-lockfile --ignore-scripts --filter @herald/messaging...

FROM libraries AS all-in-one-files
COPY apps apps
RUN pnpm install --prod --offline --frozen-lockfile --ignore-scripts --filter @herald/all-in-one...

# No package manager. The user is numeric, so that Kubernetes can check it is not root. Node is PID 1 and
# handles signals. Nothing is written outside /data, so the root may be read-only.
FROM ${NODE_IMAGE} AS runtime
RUN rm -rf /usr/local/lib/node_modules /opt/yarn-* \
      /usr/local/bin/npm /usr/local/bin/npx /usr/local/bin/corepack /usr/local/bin/yarn /usr/local/bin/yarnpkg \
  && install --directory --owner=10001 --group=10001 /data
ENV NODE_ENV=production HOST=0.0.0.0
WORKDIR /herald
USER 10001:10001
EXPOSE 8080 9090
ARG VERSION=0.0.0-dev
ARG REVISION=unknown
ARG SOURCE=unknown
LABEL org.opencontainers.image.title=herald \
      org.opencontainers.image.licenses=Apache-2.0 \
      org.opencontainers.image.version=${VERSION} \
      org.opencontainers.image.revision=${REVISION} \
      org.opencontainers.image.source=${SOURCE}

FROM runtime AS ingest
COPY --from=ingest-files /herald /herald
CMD ["node", "--import", "./libs/telemetry/src/preload.ts", "apps/ingest/src/main.ts"]

FROM runtime AS event-handler
COPY --from=event-handler-files /herald /herald
CMD ["node", "--import", "./libs/telemetry/src/preload.ts", "apps/event-handler/src/main.ts"]

FROM runtime AS campaign-runner
COPY --from=campaign-runner-files /herald /herald
CMD ["node", "--import", "./libs/telemetry/src/preload.ts", "apps/campaign-runner/src/main.ts"]

FROM runtime AS messaging
COPY --from=messaging-files /herald /herald
CMD ["node", "--import", "./libs/telemetry/src/preload.ts", "apps/messaging/src/main.ts"]

FROM runtime AS all-in-one
COPY --from=all-in-one-files /herald /herald
ENV DATA_DIR=/data
VOLUME /data
CMD ["node", "--import", "./libs/telemetry/src/preload.ts", "apps/all-in-one/src/main.ts"]

# For `skaffold dev`: the user owns the files, so that they can be copied into the running container, and Node
# restarts when a file changes that it has loaded. Not for production: the root must be writable.
FROM runtime AS ingest-dev
COPY --chown=10001:10001 --from=ingest-files /herald /herald
CMD ["node", "--watch", "--import", "./libs/telemetry/src/preload.ts", "apps/ingest/src/main.ts"]

FROM runtime AS event-handler-dev
COPY --chown=10001:10001 --from=event-handler-files /herald /herald
CMD ["node", "--watch", "--import", "./libs/telemetry/src/preload.ts", "apps/event-handler/src/main.ts"]

FROM runtime AS campaign-runner-dev
COPY --chown=10001:10001 --from=campaign-runner-files /herald /herald
CMD ["node", "--watch", "--import", "./libs/telemetry/src/preload.ts", "apps/campaign-runner/src/main.ts"]

FROM runtime AS messaging-dev
COPY --chown=10001:10001 --from=messaging-files /herald /herald
CMD ["node", "--watch", "--import", "./libs/telemetry/src/preload.ts", "apps/messaging/src/main.ts"]
