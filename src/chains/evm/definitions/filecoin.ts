import { type ChainDefinition, define } from './definition.ts'

/**
 * A round in which nobody found a block leaves a height without one, for which nodes answer "requested epoch was a null
 * round". Heights here follow on each other, one block each, and coverage counts them so: a chain with holes is refused rather
 * than screened with heights that say nothing.
 *
 * @see https://github.com/filecoin-project/FIPs/blob/master/FIPS/fip-0055.md, "null rounds"
 */
function filecoinOf(chainId: number, name: string): ChainDefinition {
  return define({
    chainId,
    name,
    symbol: 'FIL',
    refused:
      'it has heights without a block (null rounds), which this version can not follow: screen it by other means',
  })
}

export const filecoin = filecoinOf(314, 'Filecoin')
export const filecoinCalibration = filecoinOf(314_159, 'Filecoin Calibration')
