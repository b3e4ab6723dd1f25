/** A fastify server that answers every pull query with the same row, without looking at it: what HTTP alone costs. */
import fastify from 'fastify'

const [port = '', answer = ''] = process.argv.slice(2)
const app = fastify({ logger: false })
app.get('/info', async () => ({}))
app.post('/query-stream', async (_request, reply) => reply.type('application/json').send(answer))
await app.listen({ port: Number(port), host: '127.0.0.1' })
