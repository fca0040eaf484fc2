/**
 * The agent's own page: shows what is to be signed, takes consent and PIN. Served as it stands, from 127.0.0.1, to a browser tab
 * that the agent opened. Text goes into the page as text only (`textContent`): titles and names come from others.
 */
const WORDS = {
  vi: {
    role: 'Thiết bị ký',
    practice: 'Khóa thực hành: chữ ký không có giá trị pháp lý. Chỉ cần đồng ý, không hỏi mã PIN.',
    sign: 'Ký văn bản',
    issue: 'Cấp số, ký số của cơ quan và phát hành',
    approve: 'Ký xác nhận',
    request: 'Ký số hồ sơ đề nghị của cơ quan',
    'hand-over': 'Ký biên bản bàn giao',
    checking: (done, total) => `Đang kiểm tra từng tệp: ${done}/${total}`,
    checkingText: 'Mỗi tệp được tải về và đối chiếu trên máy này. Chỉ ký được khi đã kiểm tra xong tất cả.',
    checked: (n) => `Đã kiểm tra đủ ${n} tệp`,
    openedOf: (n, all) => `đã mở ${n}/${all}`,
    told: 'Trang làm việc ghi chú (không nằm trong nội dung ký)',
    pages: (n) => `${n} trang`,
    asks: (person, origin) => `${person} yêu cầu, từ ${origin}`,
    code: 'Phải giống mã trên trang làm việc',
    certificate: 'Chứng thư',
    issuer: 'Cấp bởi',
    serial: 'Số sê-ri',
    until: 'Hiệu lực đến',
    place: 'Thiết bị',
    files: (n) => `${n} tệp, một lần đồng ý`,
    batch: (n) => `Ký ${n} văn bản`,
    batchLead: 'Một lần đồng ý cho tất cả văn bản dưới đây. Bấm vào từng văn bản để xem.',
    batchDone: (done, n) => `Đang ký… ${done}/${n}`,
    opened: 'đã xem',
    all: 'Tất cả văn bản',
    pin: 'Mã PIN của thiết bị',
    window: 'Sau khi bấm Ký, mã PIN được hỏi trong một cửa sổ riêng.',
    keypad: 'Nhập mã PIN trên bàn phím của đầu đọc sau khi bấm Ký.',
    wrong: (n) => `Đã nhập sai ${n} lần. Nhập sai thêm có thể làm khóa thiết bị.`,
    low: 'Thiết bị báo: mã PIN đã bị nhập sai gần đây, số lần thử còn ít.',
    yes: 'Ký',
    no: 'Từ chối',
    busy: 'Đang ký…',
    left: (time) => `Còn ${time}`,
    open: 'Mở tài liệu trong thẻ mới',
    shown: 'Đúng tệp này sẽ được ký; mã băm đã đối chiếu trên máy này.',
    emptyTitle: 'Không có gì chờ ký',
    empty: 'Khi bạn bấm ký trên trang làm việc, văn bản sẽ hiện ở đây. Cứ để trang này mở.',
    outcomes: 'Vừa làm',
    noSecret:
      'Trang này phải do chương trình ký mở. Hãy mở lại từ biểu tượng của nó, hoặc dùng địa chỉ in trên cửa sổ dòng lệnh.',
    away: 'Chương trình ký không trả lời. Hãy khởi động lại nó.',
    pairTitle: 'Ghép thiết bị này với tài khoản',
    pair: (origin) => `Đăng nhập ${origin}, mở trang Thiết bị ký và nhập mã:`,
    other: 'English',
    codes: {
      signed: 'Đã ký',
      refused: 'Đã từ chối, khóa chưa dùng',
      cancelled: 'Đã hủy, khóa chưa dùng',
      expired: 'Hết hạn, khóa chưa dùng',
      'wrong-pin': 'Sai mã PIN, khóa chưa dùng',
      'no-key': 'Không thấy khóa trên thiết bị',
      mismatch: 'Tệp không khớp lệnh ký, không ký',
      'device-error': 'Thiết bị lỗi, khóa chưa dùng',
      'pin-locked': 'Mã PIN đã bị khóa, không ký',
      'pin-final-try': 'Chỉ còn một lần nhập PIN; không thử để tránh khóa thiết bị',
      unknown: 'Không rõ khóa đã dùng hay chưa',
    },
  },
  en: {
    role: 'Signing device',
    practice: 'Practice keys: signatures have no legal effect. Consent is enough, no PIN is asked.',
    sign: 'Sign the document',
    issue: 'Number, seal and issue',
    approve: 'Sign a statement',
    request: 'Sign the agency’s request',
    'hand-over': 'Sign the hand-over record',
    checking: (done, total) => `Checking each file: ${done}/${total}`,
    checkingText: 'Each file is fetched and compared on this machine. Signing is possible when all have been checked.',
    checked: (n) => (n === 1 ? '1 file checked' : `All ${n} files checked`),
    openedOf: (n, all) => `${n}/${all} opened`,
    told: 'Noted by the office page (not part of what is signed)',
    pages: (n) => (n === 1 ? '1 page' : `${n} pages`),
    asks: (person, origin) => `Asked by ${person}, from ${origin}`,
    code: 'Must equal the code on the office page',
    certificate: 'Certificate',
    issuer: 'Issued by',
    serial: 'Serial number',
    until: 'Valid until',
    place: 'Device',
    files: (n) => `${n} files, one consent`,
    batch: (n) => (n === 1 ? 'Sign 1 document' : `Sign ${n} documents`),
    batchLead: 'One consent for all documents below. Click a document to read it.',
    batchDone: (done, n) => `Signing… ${done}/${n}`,
    opened: 'opened',
    all: 'All documents',
    pin: 'PIN of the token',
    window: 'After pressing Sign, the PIN is asked in a window of its own.',
    keypad: 'Type the PIN on the reader after pressing Sign.',
    wrong: (n) => `A wrong PIN was typed ${n === 1 ? 'once' : `${n} times`}. More wrong tries may lock the token.`,
    low: 'The token says: a wrong PIN was typed lately, few tries are left.',
    yes: 'Sign',
    no: 'Refuse',
    busy: 'Signing…',
    left: (time) => `${time} left`,
    open: 'Open the document in a new tab',
    shown: 'Exactly this file will be signed: its hash was checked on this machine.',
    emptyTitle: 'Nothing waits to be signed',
    empty: 'When you press sign on the office page, the document appears here. Leave this page open.',
    outcomes: 'Just done',
    noSecret:
      'This page must be opened by the token agent. Open it again from there, or use the address it printed on its terminal.',
    away: 'The token agent does not answer. Start it again.',
    pairTitle: 'Pair this device with your account',
    pair: (origin) => `Sign in at ${origin}, open Signing devices and type the code:`,
    other: 'Tiếng Việt',
    codes: {
      signed: 'Signed',
      refused: 'Refused, the key was not used',
      cancelled: 'Cancelled, the key was not used',
      expired: 'Expired, the key was not used',
      'wrong-pin': 'Wrong PIN, the key was not used',
      'no-key': 'The key is not on the device',
      mismatch: 'The file does not match the order; not signed',
      'device-error': 'The device failed, the key was not used',
      'pin-locked': 'The PIN is locked; not signed',
      'pin-final-try': 'One PIN try is left; not tried, so that the token is not locked',
      unknown: 'It is not known whether the key was used',
    },
  },
};

/* The secret of this launch comes in the fragment, which no server ever sees, and leaves the address bar at once. */
const fromAddress = location.hash.slice(1);
if (fromAddress !== '') {
  localStorage.setItem('launch', fromAddress);
  history.replaceState(null, '', '/');
}
const secret = localStorage.getItem('launch') ?? '';

let language = localStorage.getItem('language') === 'en' ? 'en' : 'vi';
let view = { revision: 0, head: undefined, jobs: [], outcomes: [] };
let trouble = '';
/** jti → its card and what was loaded for it: a card is built once, so that a half-typed PIN survives news about other orders. */
const cards = new Map();

const byId = (id) => document.getElementById(id);

function element(name, properties = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) {
    if (key.startsWith('aria-') || key === 'role') made.setAttribute(key, value);
    else made[key] = value;
  }
  made.append(...children.filter((child) => child !== undefined && child !== null));
  return made;
}

function call(path, body, type = 'application/json') {
  return fetch(path, {
    method: 'POST',
    headers: { 'content-type': type, 'x-antin-launch': secret },
    body,
    cache: 'no-store',
    credentials: 'omit',
  });
}

async function decide(job, card, decision) {
  const words = WORDS[language];
  for (const button of card.buttons) button.disabled = true;
  card.yes.textContent = decision === 'sign' ? words.busy : yesOf(job);
  const typed = card.pin?.value ?? '';
  if (card.pin) card.pin.value = '';
  const pin = new TextEncoder().encode(decision === 'sign' ? typed : '');
  await call(`/api/jobs/${job.jti}/${decision}`, pin, 'application/octet-stream').catch(() => {});
  pin.fill(0);
}

async function showDocument(job, card, index) {
  for (const [n, button] of card.files.entries()) button.setAttribute('aria-current', String(n === index));
  let url = card.urls.get(index);
  if (url === undefined) {
    const answer = await fetch(`/documents/${job.jti}/${index}`, {
      headers: { 'x-antin-launch': secret },
      cache: 'no-store',
    });
    if (!answer.ok) return;
    const text = answer.headers.get('content-type').startsWith('text/plain');
    url = text
      ? { text: await answer.text() }
      : URL.createObjectURL(new Blob([await answer.arrayBuffer()], { type: 'application/pdf' }));
    card.urls.set(index, url);
    card.loaded = true;
    if (view.jobs.find((other) => other.jti === job.jti)?.state === 'waiting') card.yes.disabled = false;
  }
  const seen = card.files[index].querySelector('.seen');
  if (seen !== null) seen.hidden = false;
  card.count.textContent = countOf(job, card);
  // A statement is shown as it is signed, letter by letter.
  if (typeof url !== 'string') return card.viewer.replaceChildren(element('pre', { textContent: url.text, tabIndex: 0 }));
  card.viewer.replaceChildren(
    element('embed', { type: 'application/pdf', src: `${url}#navpanes=0&view=FitH`, title: job.documents[index].title }),
    element(
      'p',
      {},
      element('a', { href: url, target: '_blank', rel: 'noopener', textContent: WORDS[language].open }),
      ' · ' + WORDS[language].shown,
    ),
  );
}

function buildCard(job) {
  const words = WORDS[language];
  const lines = (told) =>
    job.summary.filter((line) => line.told === told).map((line) => [line.label[language], titled(line.value)]);
  const facts = [
    ...lines(false),
    [words.certificate, job.certificate.subject],
    [words.issuer, job.certificate.issuer],
    [words.serial, job.certificate.serialHex],
    [words.until, day(job.certificate.notAfter)],
    ...(job.practice ? [] : [[words.place, job.certificate.place]]),
  ];
  // Nobody consents to what has not been loaded: the button waits for the first document.
  const card = { urls: new Map(), files: [], buttons: [], language, loaded: false };
  card.files = job.documents.map((file, n) =>
    element(
      'button',
      { type: 'button', onclick: () => showDocument(job, card, n) },
      element('span', { textContent: job.batch ? `${n + 1}. ${titled(file.title)}` : titled(file.title) }),
      element(
        'small',
        {},
        `${file.fileName} · ${size(file.size)}${file.pages === undefined ? '' : ` · ${words.pages(file.pages)}`}`,
        job.documents.length > 1
          ? element('span', { className: 'seen', hidden: true, textContent: ` · ✓ ${words.opened}` })
          : undefined,
      ),
    ),
  );
  card.yes = element('button', { type: 'submit', className: 'primary', disabled: true, textContent: yesOf(job) });
  card.no = element('button', {
    type: 'button',
    className: 'secondary',
    textContent: words.no,
    onclick: () => decide(job, card, 'refuse'),
  });
  card.buttons = [card.yes, card.no];
  if (job.condition.pin === 'screen') {
    card.pin = element('input', { type: 'password', autocomplete: 'off', required: true, id: `pin-${job.jti}` });
  }
  const warning = job.wrongPins > 0 ? words.wrong(job.wrongPins) : job.condition.pinCountLow ? words.low : undefined;
  card.time = element('p', { className: 'time' });
  card.count = element('p', { className: 'who', textContent: countOf(job, card) });
  card.viewer = element('div', { className: 'viewer' });
  card.node = element(
    'article',
    { className: 'card job', 'aria-label': titleOf(job) },
    element(
      'div',
      { className: 'facts' },
      element(
        'div',
        { className: 'about' },
        element('h2', { textContent: titleOf(job) }),
        element('p', { className: 'who', textContent: words.asks(job.person, job.origin) }),
        element(
          'p',
          { className: 'code' },
          element('strong', { textContent: job.comparisonCode }),
          element('span', { textContent: words.code }),
        ),
        factList(facts),
        lines(true).length === 0
          ? undefined
          : element('div', { className: 'told' }, element('p', { textContent: words.told }), factList(lines(true))),
        job.batch
          ? element('p', { className: 'who', textContent: words.batchLead })
          : job.documents.length > 1
            ? element('p', { className: 'who', textContent: words.files(job.documents.length) })
            : undefined,
        card.count,
        element(
          'ul',
          { className: 'files', ...(job.batch ? { 'aria-label': words.all } : {}) },
          ...card.files.map((button) => element('li', {}, button)),
        ),
      ),
      element(
        'form',
        {
          className: 'act',
          onsubmit: (event) => {
            event.preventDefault();
            void decide(job, card, 'sign');
          },
        },
        warning === undefined ? undefined : element('p', { className: 'notice warn', role: 'alert', textContent: warning }),
        card.pin === undefined ? undefined : element('label', { htmlFor: card.pin.id, textContent: words.pin }),
        card.pin,
        words[job.condition.pin] === undefined ? undefined : element('p', { textContent: words[job.condition.pin] }),
        element('div', { className: 'buttons' }, card.yes, card.no),
        card.time,
      ),
    ),
    card.viewer,
  );
  void showDocument(job, card, 0);
  return card;
}

function factList(facts) {
  return element(
    'dl',
    {},
    ...facts.flatMap(([label, value]) => [element('dt', { textContent: label }), element('dd', { textContent: value })]),
  );
}

/* How many files there are, and how many of them were opened here. */
function countOf(job, card) {
  const all = job.documents.length;
  const words = WORDS[language];
  return all === 1 ? words.checked(1) : `${words.checked(all)} · ${words.openedOf(card.urls.size, all)}`;
}

/* A batch says everywhere how many it is about. */
function titleOf(job) {
  return job.batch ? WORDS[language].batch(job.items) : (job.heading?.[language] ?? WORDS[language][job.act]);
}
function yesOf(job) {
  return job.batch ? WORDS[language].batch(job.items) : WORDS[language].yes;
}

/* An order whose files are still being checked: nothing of it is shown yet, because nothing of it is known to be so. */
function comingCard(job) {
  const words = WORDS[language];
  return element(
    'article',
    { className: 'card coming', 'aria-label': words.checking(job.checked, job.total) },
    element('h2', { textContent: job.batch ? words.batch(job.items) : words[job.act] }),
    element('p', { className: 'who', textContent: words.asks(job.person, job.origin) }),
    element(
      'p',
      { className: 'code' },
      element('strong', { textContent: job.comparisonCode }),
      element('span', { textContent: words.code }),
    ),
    element('progress', { max: job.total, value: job.checked, 'aria-label': words.checking(job.checked, job.total) }),
    element('p', { textContent: words.checking(job.checked, job.total) }),
    element('p', { className: 'who', textContent: words.checkingText }),
  );
}

function drop(card) {
  for (const url of card.urls.values()) if (typeof url === 'string') URL.revokeObjectURL(url);
  card.node.remove();
}

function render() {
  const words = WORDS[language];
  document.documentElement.lang = language;
  document.title = (view.jobs.length > 0 ? `(${view.jobs.length}) ` : '') + `Ấn Tín · ${words.role}`;
  for (const node of document.querySelectorAll('[data-word]')) node.textContent = words[node.dataset.word];
  byId('language').textContent = words.other;
  byId('trouble').hidden = trouble === '';
  byId('trouble').textContent = trouble === '' ? '' : words[trouble];

  const head = view.head;
  byId('device').textContent = head === undefined ? '' : [head.name, head.person, head.origin].filter(Boolean).join(' · ');
  byId('practice').hidden = head?.holder !== 'practice';
  byId('practice').textContent = words.practice;
  byId('pairing').hidden = head?.userCode === undefined;
  if (head?.userCode !== undefined) {
    byId('pairing').replaceChildren(
      element(
        'div',
        { className: 'inner pair' },
        element('h2', { textContent: words.pairTitle }),
        words.pair(head.origin),
        element('strong', { textContent: head.userCode }),
      ),
    );
  }

  for (const [jti, card] of cards) {
    if (!view.jobs.some((job) => job.jti === jti) || card.language !== language) {
      drop(card);
      cards.delete(jti);
    }
  }
  for (const job of view.jobs) {
    let card = cards.get(job.jti);
    if (card === undefined) {
      card = buildCard(job);
      cards.set(job.jti, card);
      byId('jobs').append(card.node);
    }
    const busy = job.state === 'signing';
    card.no.disabled = busy;
    card.yes.disabled = busy || !card.loaded;
    card.yes.textContent = busy ? (job.batch ? words.batchDone(job.done, job.items) : words.busy) : yesOf(job);
  }
  const coming = view.coming ?? [];
  byId('coming').replaceChildren(...coming.map(comingCard));
  byId('empty').hidden =
    view.jobs.length + coming.length > 0 || trouble !== '' || head === undefined || head.userCode !== undefined;
  byId('empty').replaceChildren(element('h2', { textContent: words.emptyTitle }), words.empty);
  byId('outcomes').hidden = view.outcomes.length === 0;
  byId('outcomes').replaceChildren(
    element('h2', { textContent: words.outcomes }),
    element(
      'ul',
      {},
      ...view.outcomes.map((outcome) =>
        element(
          'li',
          {},
          element('time', { textContent: moment(outcome.at) }),
          element('span', { className: kind(outcome.code), textContent: words.codes[outcome.code] ?? outcome.code }),
          element('span', { textContent: titled(outcome.title) }),
        ),
      ),
    ),
  );
  tick();
}

function kind(code) {
  if (code === 'signed') return 'done';
  return code === 'mismatch' || code === 'unknown' || code.startsWith('pin-') ? 'bad' : 'not';
}

function tick() {
  for (const job of view.jobs) {
    const seconds = Math.max(0, Math.round((job.expiresAt - Date.now()) / 1000));
    const text = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
    const card = cards.get(job.jti);
    if (card !== undefined) card.time.textContent = WORDS[language].left(text);
  }
}

/* A subject is written in small letters after "V/v"; alone on a line it begins with a capital. */
function titled(text) {
  return text.slice(0, 1).toLocaleUpperCase('vi') + text.slice(1);
}

const zone = 'Asia/Ho_Chi_Minh';
function day(instant) {
  return new Intl.DateTimeFormat('vi-VN', { timeZone: zone, day: '2-digit', month: '2-digit', year: 'numeric' }).format(
    new Date(instant),
  );
}
function moment(instant) {
  return new Intl.DateTimeFormat('vi-VN', { timeZone: zone, hour: '2-digit', minute: '2-digit', second: '2-digit' }).format(
    new Date(instant),
  );
}
function size(bytes) {
  const kilobytes = bytes / 1024;
  return kilobytes < 1024 ? `${Math.max(1, Math.round(kilobytes))} kB` : `${(kilobytes / 1024).toFixed(1)} MB`;
}

async function follow() {
  for (;;) {
    try {
      const answer = await call('/api/state', JSON.stringify({ since: view.revision }));
      if (answer.status === 401) {
        trouble = 'noSecret';
        view = { revision: 0, head: undefined, jobs: [], outcomes: [] };
        render();
        return;
      }
      if (!answer.ok) throw new Error(String(answer.status));
      view = await answer.json();
      trouble = '';
    } catch {
      trouble = 'away';
      view = { ...view, revision: 0, jobs: [] };
      render();
      await new Promise((resolve) => setTimeout(resolve, 2000));
      continue;
    }
    render();
  }
}

byId('language').onclick = () => {
  language = language === 'vi' ? 'en' : 'vi';
  localStorage.setItem('language', language);
  render();
};
setInterval(tick, 1000);
render();
if (secret === '') {
  trouble = 'noSecret';
  render();
} else void follow();
