/** Other scripts: documents and old turns are found in languages without spaces, and in those whose letters the full text does not fold. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { searchable, words } from '@halfsecond/bff/memory/words.ts';
import { ask, tempMemory, texts, turn } from './open.ts';

/** Two sections, and a question that has words in common with the first alone; the question repeats no sentence. */
const ASKED: Record<string, [right: string, wrong: string, question: string]> = {
  ja: ['請求書はアカウント画面の「お支払い」からダウンロードできます。', '配送は通常三日以内に完了し、追跡番号がメールで届きます。', '請求書はどこからダウンロードしますか？'],
  zh: ['发票可以在账户的付款页面下载。', '包裹通常在三天内送达，您会收到追踪号码。', '在哪里下载发票？'],
  ko: ['청구서는 계정의 결제 화면에서 내려받을 수 있습니다.', '배송은 보통 사흘 안에 끝나며 추적 번호를 보내 드립니다.', '청구서를 어디에서 내려받나요?'],
  th: ['ใบแจ้งหนี้ดาวน์โหลดได้จากหน้าการชำระเงินในบัญชีของคุณ', 'พัสดุจะถึงภายในสามวันและคุณจะได้รับหมายเลขติดตาม', 'ดาวน์โหลดใบแจ้งหนี้ได้ที่ไหน'],
  ru: ['Счёт можно скачать в личном кабинете, в разделе «Платежи».', 'Посылку привезут за три дня, трек-номер придёт письмом.', 'Где мне скачать счет за май?'],
  el: ['Το τιμολόγιο βρίσκεται στη σελίδα πληρωμών του λογαριασμού.', 'Το δέμα φτάνει σε τρεις ημέρες και θα λάβετε κωδικό.', 'Πού είναι το ΤΙΜΟΛΟΓΙΟ μου;'],
  hi: ['बिल आपके खाते के भुगतान पृष्ठ से डाउनलोड किया जा सकता है।', 'पार्सल तीन दिन में पहुँचता है और आपको ट्रैकिंग संख्या मिलती है।', 'भुगतान का बिल कहाँ मिलेगा?'],
  ar: ['يمكن تنزيل الفاتورة من صفحة المدفوعات في الحساب.', 'يصل الطرد خلال ثلاثة أيام وستتلقى رقم التتبع.', 'أين أجد الفَاتُورَة؟'],
};

for (const [lang, [right, wrong, question]] of Object.entries(ASKED)) {
  test(`${lang}: the section and the old turn that answer are found, by words alone`, async (t) => {
    const { memory } = await tempMemory(t);
    await memory.ingest('demo', [{ id: 'wrong', title: 'B', text: wrong }, { id: 'right', title: 'A', text: right }]);
    assert.deepEqual(texts(await ask(memory, question, { k: 1 })), [right]);
    // Older than the turns in the process: these are found by full text in the table, or not at all.
    await memory.remember([turn('v1', 'right', right, { at: 1 }), turn('v1', 'wrong', wrong, { at: 2 }), ...Array.from({ length: 2_100 }, (_, n) => turn('v1', `t${n}`, `note ${n}`, { at: 1_000 + n }))]);
    assert.deepEqual(texts(await ask(memory, question, { visitor: 'v1', scope: 'visitor', k: 1 })), [right]);
  });
}

test('letters are compared without marks, runs without spaces by their pairs', () => {
  assert.deepEqual(words('Ключи от МОЁЙ квартиры'), ['ключи', 'от', 'моеи', 'квартиры']);
  assert.deepEqual(words('東京都とAPI2の料金'), ['東京', '京都', '都と', 'api2', 'の料', '料金']);
  assert.deepEqual(words('Ärger über café'), ['arger', 'uber', 'cafe']);
  assert.equal(searchable('plain text, as it is'), 'plain text, as it is');
  assert.equal(searchable('税込 prices'), '税込 prices');
});
