/** The same object with other methods. */
export function changed<Target extends object>(target: Target, methods: (target: Target) => Partial<Target>): Target {
  const others = methods(target)
  return new Proxy(target, {
    get(real, name) {
      const value = Reflect.get(name in others ? others : real, name) as unknown
      return typeof value === 'function' ? value.bind(real) : value
    },
  })
}
