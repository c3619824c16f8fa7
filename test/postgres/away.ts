import { connect, createServer, type Socket } from 'node:net'
import { onTestFinished } from 'vitest'

/** A port in front of a server, which can be cut off. */
export interface Cable {
  port: number
  /** Breaks what is connected, and refuses what comes. */
  cut(): void
  /** Lets through again. */
  mend(): void
  /** What the server answers on the connections that are open is lost. */
  mute(): void
  /** Does something, once, as soon as a client has sent a text, before the server has it. */
  onQuery(text: string, act: () => void): void
}

export async function cableTo(port: number): Promise<Cable> {
  let isCut = false
  let watched: [text: string, act: () => void] | undefined
  const open = new Set<Socket>()
  const answers = new Map<Socket, Socket>()
  const server = createServer((socket) => {
    if (isCut) return void socket.destroy()
    const behind = connect(port, '127.0.0.1')
    for (const one of [socket, behind]) {
      open.add(one)
      one.on('error', () => {})
      one.on('close', () => {
        open.delete(one)
        answers.delete(behind)
        socket.destroy()
        behind.destroy()
      })
    }
    socket.on('data', (chunk: Buffer) => {
      const [text, act] = watched ?? []
      if (text === undefined || !chunk.includes(text)) return
      watched = undefined
      act?.()
    })
    socket.pipe(behind).pipe(socket)
    answers.set(behind, socket)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const cut = () => {
    isCut = true
    for (const socket of open) socket.destroy()
  }
  onTestFinished(() => {
    cut()
    server.close()
  })
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new Error('no port')
  return {
    port: address.port,
    cut,
    mend: () => {
      isCut = false
    },
    onQuery: (text, act) => {
      watched = [text, act]
    },
    mute: () => {
      for (const [behind, socket] of answers) behind.unpipe(socket).resume()
    },
  }
}
