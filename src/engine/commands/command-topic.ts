/** Configuration of the command topic: nothing in it is ever removed. */
export const COMMAND_TOPIC_CONFIG = {
  'cleanup.policy': 'delete',
  'retention.ms': '-1',
  'retention.bytes': '-1',
} as const
