import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  ownWords,
  speaksOfAttachment,
} from '../../../../renderer/views/composer/attachment-hint.ts';

test('words of an attachment are found in every language, whatever the interface speaks', () => {
  for (const text of [
    'The invoice is attached.',
    'See the Attachment for details',
    'Please find  enclosed the plan',
    'Anbei der Vertrag.',
    'Die Rechnung finden Sie im Anhang.',
    'Ich habe die Anhänge vergessen',
    'Das Bild ist beigefügt',
    'Vous trouverez le contrat ci-joint.',
    'La facture est en pièce jointe',
    'Le plan est en PJ.',
    'Je joins la liste',
    'Te mando el contrato adjunto.',
    'Adjuntamos la factura',
    'Le anexo el informe',
    '請求書を添付します。',
    'ファイルを付けてお送りします',
    'تجد الفاتورة في المرفق.',
    'أرفق لك العقد',
  ]) {
    assert.equal(speaksOfAttachment('', text), true, text);
  }
  assert.equal(speaksOfAttachment('Plan attached', 'Hello'), true);
});

test('words that only look alike are no hint', () => {
  for (const text of [
    'I am fond of this unattached house',
    'Der Anhänger ist rot',
    'Hello there',
    'Je rejoins la réunion',
    'La pièce est jolie',
    'Vivo en el anexo',
    '明日お会いしましょう',
    'المرافق في الطابق الثاني',
    '',
  ]) {
    assert.equal(speaksOfAttachment('', text), false, text);
  }
});

test('quotations, forwarded messages, an answer’s subject and the signature do not count', () => {
  assert.equal(speaksOfAttachment('Re: plan attached', 'Thanks'), false);
  assert.equal(
    speaksOfAttachment('', 'Thanks\n\nAna wrote:\n> it is attached\n>> attached'),
    false,
  );
  assert.equal(
    speaksOfAttachment('', 'FYI\n\n---------- Forwarded message ----------\nFrom: x\n\nattached'),
    false,
  );
  assert.equal(
    speaksOfAttachment('', 'Thanks\n\n-- \nAttached to Berlin', 'Attached to Berlin'),
    false,
  );
  assert.equal(ownWords('a\n> b\nc\n-----Original Message-----\nd'), 'a\nc');
});
