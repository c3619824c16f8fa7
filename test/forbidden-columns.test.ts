import { describe, expect, it } from 'vitest'
import { ChainscreenError } from '../src/errors.ts'
import { forbiddenColumn, refuseForbiddenColumns } from '../src/forbidden-columns.ts'

describe('forbidden columns', () => {
  it.each([
    ...[
      'nationality',
      'Nationality',
      'user_nationality',
      'customerNationality',
      'CUSTOMERNATIONALITY',
      'nation',
    ],
    ...[
      'citizenship',
      'citizen-of',
      'country',
      'countryCode',
      'ip_country',
      'Country of residence',
      'countries',
    ],
    ...['residence', 'residency', 'resident', 'tax resident', 'passport', 'passport_no', 'PassportNumber'],
    ...['birth', 'birthdate', 'dateOfBirth', 'date_of_birth', 'dob', 'DOB', 'place_of_birth', 'born'],
    ...['national_id', 'ID card', 'id_number', 'ssn', 'gender', 'location', 'ethnicity', 'domicile'],
    ...['nationalité', 'Staatsangehörigkeit', 'nacionalidad', 'uyruk', 'гражданство', '国籍', 'تابعیت'],
  ])('refuses %s', (name) => expect(forbiddenColumn(name)).toBe(true))

  it.each([
    ...['address', 'kind', 'reference', 'chain', 'subject', 'program', 'listed_on', 'removed_on', 'source'],
    ...[
      'asset',
      'party_uid',
      'published_by',
      'president',
      'donation',
      'destination',
      'network',
      'label',
      'note',
      '',
    ],
  ])('has nothing against "%s"', (name) => expect(forbiddenColumn(name)).toBe(false))

  it('names the file, the columns and the rule', () => {
    const refuse = () => refuseForbiddenColumns(['address', 'DOB', 'kind', 'country'], 'own.csv')
    expect(refuse).toThrow(ChainscreenError)
    expect(refuse).toThrow(
      /^own\.csv has the columns "DOB", "country": chainscreen screens listed addresses and never acts on nationality/,
    )
    expect(refuseForbiddenColumns(['address', 'kind'], 'own.csv')).toBeUndefined()
  })
})
