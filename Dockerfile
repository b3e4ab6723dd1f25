# Millrace: `docker build -t millrace .`, then `docker run -p 8088:8088 -v millrace-data:/data millrace`.
# Node runs the TypeScript sources as they are, so there is nothing to build.
FROM node:26-slim

ENV NODE_ENV=production
WORKDIR /opt/millrace

COPY package.json package-lock.json ./
RUN npm install --no-save --omit=dev --ignore-scripts --no-audit --no-fund && npm cache clean --force

COPY LICENSE ./
COPY grammar ./grammar
COPY src ./src

RUN mkdir /data && chown node:node /data
USER node
VOLUME /data
EXPOSE 8088
STOPSIGNAL SIGTERM

ENTRYPOINT ["node", "--max-semi-space-size=2", "src/cli/millrace.ts"]
CMD ["server", "--listen", "http://0.0.0.0:8088", "--data-dir", "/data"]
