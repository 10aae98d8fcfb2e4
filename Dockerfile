# One file for every app: docker build --target messaging .
# Node runs the TypeScript as it is, so nothing is compiled: the image holds the sources of one app, the libraries it uses, and their
# dependencies for production.

FROM node:24-bookworm-slim AS base
ENV PNPM_HOME=/pnpm PATH=/pnpm:$PATH CI=true
RUN npm install --global pnpm@12.21.0
WORKDIR /herald

# Dependencies change seldom: this layer lives as long as the lock file does.
FROM base AS fetched
COPY pnpm-lock.yaml pnpm-workspace.yaml ./
RUN pnpm fetch --prod

FROM fetched AS sources
COPY package.json ./
COPY apps apps
COPY libs libs

FROM sources AS ingest-files
RUN pnpm install --prod --offline --frozen-lockfile --ignore-scripts --filter @herald/ingest...
FROM sources AS event-handler-files
RUN pnpm install --prod --offline --frozen-lockfile --ignore-scripts --filter @herald/event-handler...
FROM sources AS campaign-runner-files
RUN pnpm install --prod --offline --frozen-lockfile --ignore-scripts --filter @herald/campaign-runner...
FROM sources AS messaging-files
RUN pnpm install --prod --offline --frozen-lockfile --ignore-scripts --filter @herald/messaging...
FROM sources AS all-in-one-files
RUN pnpm install --prod --offline --frozen-lockfile --ignore-scripts --filter @herald/all-in-one...

# No package manager, nobody's shell history, a user by number so that Kubernetes can tell it is not root. Node is PID 1 and handles signals.
FROM node:24-bookworm-slim AS runtime
ENV NODE_ENV=production HOST=0.0.0.0
WORKDIR /herald
USER 10001:10001
EXPOSE 8080 9090

FROM runtime AS ingest
COPY --from=ingest-files /herald /herald
CMD ["node", "apps/ingest/src/main.ts"]

FROM runtime AS event-handler
COPY --from=event-handler-files /herald /herald
CMD ["node", "apps/event-handler/src/main.ts"]

FROM runtime AS campaign-runner
COPY --from=campaign-runner-files /herald /herald
CMD ["node", "apps/campaign-runner/src/main.ts"]

FROM runtime AS messaging
COPY --from=messaging-files /herald /herald
CMD ["node", "apps/messaging/src/main.ts"]

FROM runtime AS all-in-one
COPY --from=all-in-one-files /herald /herald
ENV DATA_DIR=/data
VOLUME /data
CMD ["node", "apps/all-in-one/src/main.ts"]
