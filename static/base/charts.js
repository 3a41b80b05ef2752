// Draws every <canvas data-chart> from the JSON beside it, in the colours of the theme; the library is fetched once it is needed.

const root = document.documentElement;
const TONES = { money: "--money", info: "--info", wait: "--wait", bad: "--bad", quiet: "--control" };
const calm = matchMedia("(prefers-reduced-motion: reduce)");
const drawn = new Map();

const probe = document.createElement("span");
probe.hidden = true;
document.body.append(probe);
const colour = (token) => {
  probe.style.color = `var(${token})`;
  return getComputedStyle(probe).color;
};
const faded = (rgb) => rgb.replace(/^rgba?\(([^)]+)\)$/, (_, parts) => `rgba(${parts.split(",").slice(0, 3).join(",")}, .12)`);

let library;
const load = (address) => {
  library ??= new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = address;
    script.onload = () => resolve(window.Chart);
    script.onerror = reject;
    document.head.append(script);
  });
  return library;
};

const numbers = new Intl.NumberFormat(`${root.lang}-u-nu-latn`, { maximumFractionDigits: 2 });

const dataset = (one, kind, only) => {
  const ink = colour(TONES[one.tone]);
  const line = { borderWidth: 2, pointRadius: 0, pointHoverRadius: 4, tension: 0.25, fill: only, backgroundColor: faded(ink) };
  const bar = { borderWidth: 0, borderRadius: 3, maxBarThickness: 36, backgroundColor: ink };
  return { label: one.name, data: one.values, borderColor: ink, pointBackgroundColor: ink, ...(kind === "line" ? line : bar) };
};

const options = (chart) => {
  const rtl = root.dir === "rtl";
  const ink = colour("--ink-2");
  const line = colour("--line");
  return {
    responsive: true,
    maintainAspectRatio: false,
    animation: calm.matches ? false : { duration: 300 },
    interaction: { mode: "index", intersect: false },
    locale: `${root.lang}-u-nu-latn`,
    scales: {
      x: { reverse: rtl, stacked: chart.stacked, grid: { display: false }, border: { color: line }, ticks: { color: ink } },
      y: {
        beginAtZero: true,
        position: rtl ? "right" : "left",
        stacked: chart.stacked,
        grid: { color: line },
        border: { display: false },
        title: { display: true, text: chart.unit, color: ink },
        ticks: { color: ink, maxTicksLimit: 6, callback: (value) => numbers.format(value) },
      },
    },
    plugins: {
      legend: { display: chart.series.length > 1, position: "bottom", rtl, labels: { color: ink, boxWidth: 10, boxHeight: 10, usePointStyle: false } },
      tooltip: { rtl, textDirection: root.dir, callbacks: { label: (item) => ` ${item.dataset.label}: ${numbers.format(item.raw)} ${chart.unit}` } },
    },
  };
};

const draw = async (canvas) => {
  const Chart = await load(canvas.dataset.library);
  const chart = JSON.parse(document.getElementById(canvas.dataset.chart).textContent);
  Chart.defaults.font.family = getComputedStyle(document.body).fontFamily;
  drawn.get(canvas)?.destroy();
  const datasets = chart.series.map((one) => dataset(one, chart.kind, chart.series.length === 1));
  drawn.set(canvas, new Chart(canvas, { type: chart.kind, data: { labels: chart.labels, datasets }, options: options(chart) }));
};

const drawAll = () => {
  for (const [canvas, chart] of drawn) {
    if (canvas.isConnected) continue;
    chart.destroy();
    drawn.delete(canvas);
  }
  for (const canvas of document.querySelectorAll("canvas[data-chart]")) draw(canvas);
};

document.addEventListener("theme", drawAll);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawAll);
document.addEventListener("htmx:afterSettle", (event) => {
  if (event.target.querySelector?.("canvas[data-chart]")) drawAll();
});
drawAll();
