/**
 * Made-up languages with real letters: a few common words of each, then thousands built of its
 * syllables. Words are drawn by rank as in real text (Zipf: the n-th word comes 1/n as often).
 */
import { Rng } from '../../fuzz/support/rng.ts';

interface Sketch {
  readonly code: string;
  /** Of a hundred messages. */
  readonly share: number;
  readonly common: string;
  readonly starts: string;
  readonly middles: string;
  readonly ends: string;
}

/** `starts` and so on are separated by blanks; `_` stands for nothing. */
const sketches: readonly Sketch[] = [
  {
    code: 'en',
    share: 45,
    common:
      'the to and of a in is for you that it on we be with this have as are at will from or not can by your our an if all but was they there please just about which when do so what more me time one up some would other than how out also meeting report invoice week budget project market harbour letter garden café naïve résumé',
    starts: 'b br c cl cr d dr f fl g gr h l m n p pl pr qu r s sh sl sp st t tr v w',
    middles: 'a e i o u ai ea ee oa ou',
    ends: '_ n r s t l m nd st ck ng rt ment tion er ing ly able',
  },
  {
    code: 'de',
    share: 20,
    common:
      'die der und in zu den das nicht von sie ist des sich mit dem dass er es ein ich auf so eine auch als an nach wie im für man aber aus durch wenn nur war noch werden bei hat wir was wird sein einen über Grüße Änderung Straße Büro Termin Bericht Rechnung Woche schön größer können möchte Gespräch Übersicht',
    starts: 'b bl d dr f fr g gr h k kl l m n pf r s sch schl st t tr v w z zw',
    middles: 'a e i o u ä ö ü au ei ie eu',
    ends: '_ n r s t l ch cht nd ng rt ung heit keit lich en ern ß',
  },
  {
    code: 'fr',
    share: 10,
    common:
      'de la le et les des en un du une que est pour qui dans a par plus pas au sur ne se ce il sont vous nous avec son cette été être même très après déjà où réunion rapport semaine facture français problème général élève forêt garçon leçon',
    starts: 'b bl c ch d f fl g gr h j l m n p pr qu r s t tr v',
    middles: 'a e i o u é è ê ai eau ou oi',
    ends: '_ n r s t l ne re que ment tion ier eur ée ant',
  },
  {
    code: 'es',
    share: 6,
    common:
      'de la que el en y a los se del las un por con no una su para es al lo como más o pero sus le ha me si sin sobre este ya año también reunión informe señor mañana español número teléfono información',
    starts: 'b br c ch d f g gr h j l ll m n p pr qu r s t tr v',
    middles: 'a e i o u á é í ó ú ue ie',
    ends: '_ n r s l d do da ción dad mente ero ista ñar',
  },
  {
    code: 'pl',
    share: 6,
    common:
      'w i na z do się że nie to jest o jak za po co dla tym od przez już są tak być lub może tylko także więc spotkanie raport tydzień proszę dziękuję żółć łąka źródło świat mąż ręka',
    starts: 'b br c ch cz d dz g gr k kr l ł m n p pr r rz s sz st t tr w z ż',
    middles: 'a e i o u y ą ę ó ia ie',
    ends: '_ n r s t l ć ść ż ny na nie ek ka owy anie ów',
  },
  {
    code: 'cs',
    share: 4,
    common:
      'a se v na je že o s z do i to k ve pro za by ale si po jako podle od při jeho už jsou které byl také než příliš žluťoučký kůň schůzka zpráva týden děkuji účet městečko řeka',
    starts: 'b br c č d f h ch j k kr l m n p př r ř s st š t tr v z ž',
    middles: 'a e i o u y á é ě í ů ý',
    ends: '_ n r s t l ť ň ní ost ový ka ek ování ský',
  },
  {
    code: 'ru',
    share: 4,
    common:
      'и в не на я быть он с что а по это она этот к но они мы весь который из у за от так для же все о год человек встреча отчёт неделя спасибо письмо счёт проект ещё ёлка',
    starts: 'б бр в г гр д ж з к кр л м н п пр р с ст т тр ф х ч ш',
    middles: 'а е и о у ы я ё ю',
    ends: '_ н р с т л й ть ние ость ный ка ов ский',
  },
  {
    code: 'zh',
    share: 3,
    common:
      '我们 你们 会议 报告 时间 工作 今天 明天 项目 公司 问题 谢谢 附件 请 发票 预算 市场 上海 北京 邮件',
    starts: '中 国 大 小 新 长 高 东 西 南 北 山 水 火 木 金 土 日 月 年 人 口 手 心',
    middles: '文 学 生 机 车 船 海 港 书 信 花 园 门 路 城 市 电 话 音 乐 色 光 风 云',
    ends: '_ 的 了 者 家 员 子 们 性 化',
  },
  {
    code: 'ja',
    share: 2,
    common:
      '会議 報告 時間 予定 資料 確認 お願い します ありがとう 東京 京都 請求書 週間 プロジェクト メール 添付 ください 今日 明日',
    starts: 'か き く さ し す た ち つ な に の は ひ ま み や ゆ ら り カ サ タ ナ ハ マ',
    middles: 'ん い う え お ー っ 山 川 田 本 木 村 島 野 原',
    ends: '_ です ます した から まで には とは ない',
  },
];

export interface Language {
  readonly code: string;
  readonly share: number;
  /** By rank, the most common first; no word twice. */
  readonly words: readonly string[];
  /** Words stand next to each other without blanks. */
  readonly dense: boolean;
}

const wordsEach = 24_000;

/** The same on every machine and for every seed of mail: queries can name words by rank. */
export const languages: readonly Language[] = sketches.map(createLanguage);

function createLanguage(sketch: Sketch, index: number): Language {
  const rng = new Rng(7_000 + index);
  const [starts, middles, ends] = [sketch.starts, sketch.middles, sketch.ends].map((list) =>
    list.split(' ').map((piece) => (piece === '_' ? '' : piece)),
  );
  const words = new Set(sketch.common.split(' '));
  while (words.size < wordsEach) {
    // The common ones are short, as in life.
    const syllables = 1 + rng.below(words.size < 1_000 ? 2 : 3);
    let word = '';
    for (let count = 0; count < syllables; count += 1)
      word += rng.pick(starts ?? []) + rng.pick(middles ?? []);
    words.add(word + rng.pick(ends ?? []));
  }
  const { code, share } = sketch;
  return { code, share, words: [...words], dense: code === 'zh' || code === 'ja' };
}

/** @throws RangeError for an unknown code */
export function languageOf(code: string): Language {
  const found = languages.find((language) => language.code === code);
  if (found === undefined) throw new RangeError(`no language ${code}`);
  return found;
}

/** A number from 0 to `limit` - 1, where n comes about 1/(n+1) as often as 0. */
export function zipf(rng: Rng, limit: number): number {
  return Math.floor((limit + 1) ** (rng.next() / 0x1_0000_0000)) - 1;
}

export function drawWord(rng: Rng, language: Language): string {
  return language.words[zipf(rng, language.words.length)] ?? '';
}

/** By the languages' shares. */
export function drawLanguage(rng: Rng): Language {
  let left = rng.below(100);
  for (const language of languages) {
    left -= language.share;
    if (left < 0) return language;
  }
  return languageOf('en');
}
