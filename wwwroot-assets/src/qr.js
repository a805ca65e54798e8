import qrcode from 'qrcode-generator';

for (const element of document.querySelectorAll('[data-qr]')) {
  const code = qrcode(0, 'M');
  code.addData(element.dataset.qr);
  code.make();
  element.innerHTML = code.createSvgTag({ cellSize: 4, margin: 8, scalable: false, alt: 'Code to scan with an authenticator app' });
}
