import { parentPort, workerData } from 'node:worker_threads'
import { serveLoader } from './serve-loader.ts'

if (parentPort === null) throw new Error('this file is a thread of its own')
serveLoader(parentPort, workerData)
