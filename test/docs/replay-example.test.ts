import { playRecording } from 'chainscreen/testing'
import { expect, it } from 'vitest'

it('alerts on the deposit from a listed address', async () => {
  const { alerts } = await playRecording('data/chains/demo-evm.recording.jsonl.gz', {
    own: ['0x32bB5bda5f38B92972ABB9AbF4A78D3968892B8c'],
  })
  expect(alerts[0]).toMatchObject({ direction: 'deposit', level: 'high', role: 'source', list_id: 'ofac' })
})
