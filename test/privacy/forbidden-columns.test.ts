import { describe, expect, it } from 'vitest'
import { ChainscreenError } from '../../src/diagnostics/errors.ts'
import {
  forbiddenColumn,
  hasPersonalData,
  refuseForbiddenColumns,
} from '../../src/privacy/forbidden-columns.ts'

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
    ...['דרכון', 'תאריך לידה', 'data urodzenia', 'doğum tarihi', 'DOĞUM YERİ', 'fødselsdato', 'syntymäaika'],
    ...['出生日期', '生年月日', '護照號碼', 'geboortedatum', 'datum narození', 'ημερομηνία γέννησης'],
    ...['Reisepass-Nr.', 'numero de pasaporte', 'громадянство', 'szuletesi hely', 'パスポート番号'],
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
    ...['Name Tag', 'Txn Count', 'Balance', 'nameTag', 'passed', 'landing', 'entity_name', 'created_at'],
  ])('has nothing against "%s"', (name) => expect(forbiddenColumn(name)).toBe(false))

  it('says where the columns stand and which rule they break, and never what is written there', () => {
    const columns = ['address', 'DOB', 'kind', 'country of Telltaleland']
    const refuse = () => refuseForbiddenColumns(columns, 'own.csv', 3)
    expect(refuse).toThrow(ChainscreenError)
    expect(refuse).toThrow(
      /^own\.csv has columns \(numbers 2, 4 in line 3\) that must not be there: chainscreen screens listed addresses and never acts on nationality/,
    )
    expect(refuse).not.toThrow(/DOB|Telltale/)
    expect(refuseForbiddenColumns(['address', 'kind'], 'own.csv', 1)).toBeUndefined()
  })
})

describe('a text beside an address', () => {
  it.each(['passport_719032284', 'ru_passport_719032284', 'nationality_Telltaleland', 'tax_id_504309044808'])(
    'tells of a person in %s',
    (text) => expect(hasPersonalData(text)).toBe(true),
  )

  it.each(['user_719032284', 'passports_desk', 'tax_2024'])('does not in %s', (text) =>
    expect(hasPersonalData(text)).toBe(false),
  )
})
