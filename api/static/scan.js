// Reads a serial number off a QR code or barcode: with the browser's own detector, else (QR codes only) with ours.
const FORMATS = ["qr_code", "data_matrix", "code_128", "code_39", "ean_13"];
const PAUSE_MILLISECONDS = 200;
const LONGEST_SIDE = 800;

async function detector() {
  if ("BarcodeDetector" in window) {
    const there = await window.BarcodeDetector.getSupportedFormats().catch(() => []);
    const formats = FORMATS.filter((format) => there.includes(format));
    if (formats.length) {
      const own = new window.BarcodeDetector({ formats });
      return async (canvas) => (await own.detect(canvas))[0]?.rawValue;
    }
  }
  const { default: decode } = await import("./vendor/qr/decode.js");
  return async (canvas) => {
    const { data, width, height } = canvas.getContext("2d", { willReadFrequently: true }).getImageData(0, 0, canvas.width, canvas.height);
    try {
      return decode({ data, width, height });
    } catch {
      return undefined; // there is no code in this picture
    }
  };
}

export function canScan() {
  return Boolean(navigator.mediaDevices?.getUserMedia);
}

// Resolves with the text, or with null when `signal` is aborted; rejects where there is no camera.
export async function scan(video, signal) {
  const stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
  const stop = () => stream.getTracks().forEach((track) => track.stop());
  try {
    video.srcObject = stream;
    await video.play();
    const detect = await detector();
    const canvas = document.createElement("canvas");
    while (!signal.aborted) {
      const scale = Math.min(1, LONGEST_SIDE / Math.max(video.videoWidth, video.videoHeight, 1));
      canvas.width = Math.max(1, Math.round(video.videoWidth * scale));
      canvas.height = Math.max(1, Math.round(video.videoHeight * scale));
      canvas.getContext("2d", { willReadFrequently: true }).drawImage(video, 0, 0, canvas.width, canvas.height);
      const text = await detect(canvas);
      if (text) return text;
      await new Promise((done) => setTimeout(done, PAUSE_MILLISECONDS));
    }
    return null;
  } finally {
    stop();
    video.srcObject = null;
  }
}
