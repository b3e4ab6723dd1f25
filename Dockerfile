# Millrace: `docker build -t millrace .`, then `docker run -p 8088:8088 -v millrace-data:/data millrace`.
# Settings are given in the environment, as for ksqlDB's images: `-e KSQL_BOOTSTRAP_SERVERS=kafka:9092`; docs/configuration.md.
FROM node:26-slim AS build
WORKDIR /opt/millrace
COPY package.json package-lock.json ./
RUN npm ci --no-audit --no-fund --ignore-scripts
COPY tsconfig.json tsconfig.build.json ./
COPY scripts ./scripts
COPY grammar ./grammar
COPY src ./src
RUN node_modules/.bin/tsc -p tsconfig.build.json \
  && node -e "import('./scripts/bundle-server.mjs').then(({ bundleServer }) => bundleServer('/opt/millrace/dist'))" \
  && node -e "import('./scripts/build-console.mjs').then((built) => built.buildConsole('dist/console'))"

FROM node:26-slim
ENV NODE_ENV=production
# Fewer and smaller arenas of the C library, which keeps what was freed; docs/operations.md.
ENV MALLOC_ARENA_MAX=2 MALLOC_MMAP_THRESHOLD_=131072
WORKDIR /opt/millrace

COPY package.json package-lock.json ./
RUN npm ci --omit=dev --ignore-scripts --no-audit --no-fund && npm cache clean --force

COPY LICENSE ./
COPY --from=build /opt/millrace/dist ./dist

RUN mkdir /data && chown node:node /data
USER node
VOLUME /data
EXPOSE 8088
ENV KSQL_LISTENERS=http://0.0.0.0:8088 KSQL_KSQL_STREAMS_STATE_DIR=/data
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=10s \
  CMD ["node", "-e", "fetch('http://127.0.0.1:8088/chc/ready').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]

ENTRYPOINT ["node", "--max-semi-space-size=2", "--memory-saver-mode", "dist/bundle/server/millrace.js"]
CMD ["server"]
