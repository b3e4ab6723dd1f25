/** What QuickJS imports: calls of the host, and as much of WASI as an instance without a system needs. */

export interface VmImportsOptions {
  /** The memory of the instance, once it is there. */
  readonly memory: () => WebAssembly.Memory
  /** Epoch ms. */
  readonly now: () => number
  /** Calls the function whose name lies at `name`, with the arguments that `count` pointers at `args` point to. */
  readonly call: (name: number, length: number, count: number, args: number) => number
  /** 1 stops the call. */
  readonly interrupt: () => number
  readonly refuseImport: () => number
}

/** WASI's `ERRNO_NOSYS`. */
const NOT_THERE = 52

export function vmImports({ memory, now, call, interrupt, refuseImport }: VmImportsOptions): WebAssembly.Imports {
  return {
    env: {
      host_call: (name: number, length: number, _self: number, count: number, args: number) =>
        call(name, length, count, args),
      host_interrupt: interrupt,
      host_get_timezone_offset: () => 0,
      host_promise_rejection: () => {},
      // No module is there to be imported.
      host_module_normalize: refuseImport,
      host_module_load: refuseImport,
    },
    wasi_snapshot_preview1: {
      clock_time_get: (_clock: number, _precision: bigint, result: number) => {
        new DataView(memory().buffer).setBigUint64(result, BigInt(Math.trunc(now())) * 1_000_000n, true)
        return 0
      },
      // Seeds hash tables and Math.random, which the prelude replaces.
      random_get: (pointer: number, length: number) => {
        new Uint8Array(memory().buffer, pointer, length).fill(1)
        return 0
      },
      fd_close: () => NOT_THERE,
      fd_fdstat_get: () => NOT_THERE,
      fd_seek: () => NOT_THERE,
      fd_write: () => NOT_THERE,
    },
  }
}
