(() => {
  "use strict";

  const data = JSON.parse(document.getElementById("report-data").textContent);
  const FLAG = 18;
  const GAP = 3;
  const BAND = FLAG + 12;

  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue("--" + name).trim();

  const number = (value) => {
    const size = Math.abs(value);
    if (size !== 0 && (size < 1e-3 || size >= 1e5)) {
      return value.toExponential(1).replace("e+", "e");
    }
    return String(Number(value.toPrecision(3)));
  };

  const format = (chart, value) => (chart.percent ? number(value * 100) + " %" : number(value));

  const points = (pairs) => pairs.map(([x, y]) => ({ x, y }));

  const line = (label, pairs, role, spec) => ({
    label,
    role,
    data: points(pairs),
    spanGaps: false,
    parsing: false,
    borderWidth: role === "supervised" ? 2 : 1.75,
    borderDash: { supervised: [], twin: [7, 4], discarded: [2, 3] }[role],
    pointRadius: spec.dots ? 2.5 : 0,
    pointHoverRadius: 4,
    pointHitRadius: 6,
    tension: 0,
    order: { supervised: 1, discarded: 2, twin: 3 }[role],
  });

  const datasets = (spec) => [
    line("supervised", spec.supervised, "supervised", spec),
    ...spec.discarded.map((segment) => line("supervised, rolled back later", segment, "discarded", spec)),
    line("twin", spec.twin, "twin", spec),
  ];

  // Flags that would overlap move to the right; a slanted stroke leads each to its step.
  const flagPositions = (chart) => {
    let free = -Infinity;
    const { left, right } = chart.chartArea;
    const shown = data.markers.map((marker) => ({ marker, x: chart.scales.x.getPixelForValue(marker.step) }));
    shown.forEach((flag) => {
      flag.at = Math.max(flag.x - FLAG / 2, free, left - FLAG / 2);
      free = flag.at + FLAG + GAP;
    });
    const overflow = Math.max(0, free - GAP - (right + FLAG / 2));
    shown.forEach((flag) => { flag.at -= overflow; });
    return shown;
  };

  const drawMarkers = (chart) => {
    const { ctx, chartArea } = chart;
    flagPositions(chart).forEach(({ marker, x, at }) => {
      const top = chartArea.top - BAND + 2;
      ctx.save();
      ctx.strokeStyle = ctx.fillStyle = colour(marker.kind);
      ctx.lineWidth = 1.25;
      ctx.beginPath();
      ctx.moveTo(at + FLAG / 2, top + FLAG);
      ctx.lineTo(x, chartArea.top);
      ctx.lineTo(x, chartArea.bottom);
      ctx.stroke();
      ctx.beginPath();
      ctx.roundRect(at, top, FLAG, FLAG, 4);
      ctx.fill();
      ctx.fillStyle = colour("flag-text");
      ctx.font = "700 12px system-ui, 'Liberation Sans', sans-serif";
      ctx.textAlign = "center";
      ctx.textBaseline = "middle";
      ctx.fillText(marker.letter, at + FLAG / 2, top + FLAG / 2 + 0.5);
      ctx.restore();
    });
  };

  // A value that is not finite has no height: a cross on the lower edge, and a bar for as long as it lasts.
  const drawNonFinite = (chart, spec) => {
    const { ctx, chartArea, scales } = chart;
    spec.nonFinite.forEach(({ run, from, to, value }) => {
      const y = chartArea.bottom - (run === "twin" ? 8 : 20);
      const start = scales.x.getPixelForValue(from);
      const end = scales.x.getPixelForValue(to);
      ctx.save();
      ctx.strokeStyle = ctx.fillStyle = colour(run);
      ctx.lineWidth = 2;
      ctx.beginPath();
      ctx.moveTo(start - 4, y - 4);
      ctx.lineTo(start + 4, y + 4);
      ctx.moveTo(start - 4, y + 4);
      ctx.lineTo(start + 4, y - 4);
      if (end - start > 12) {
        ctx.moveTo(start + 8, y);
        ctx.lineTo(end, y);
      }
      ctx.stroke();
      ctx.font = "600 12px system-ui, 'Liberation Sans', sans-serif";
      const wide = ctx.measureText(value).width;
      const labelAt = start + 8 + wide > chartArea.right ? start - 10 - wide : start + 10;
      ctx.textBaseline = "bottom";
      ctx.fillText(value, labelAt, y - 3);
      ctx.restore();
    });
  };

  const tooltip = (spec) => ({
    callbacks: {
      title: (items) => (items.length ? "step " + items[0].parsed.x : ""),
      label: (item) => " " + item.dataset.label + ": " + format(spec, item.parsed.y),
    },
  });

  const powersOfTen = (value) => {
    const exponent = Math.log10(value);
    return Math.abs(exponent - Math.round(exponent)) < 1e-9;
  };

  // A range within one power of ten has no round tick of its own; then every tick is labelled.
  const logTicks = (axis) => {
    const labelled = axis.ticks.filter((tick) => powersOfTen(tick.value));
    if (labelled.length >= 2) {
      axis.ticks = labelled.length > 7
        ? labelled.filter((tick, i) => i % Math.ceil(labelled.length / 7) === 0)
        : labelled;
    }
  };

  const options = (spec) => ({
    animation: false,
    responsive: true,
    maintainAspectRatio: false,
    normalized: true,
    interaction: { mode: "nearest", axis: "x", intersect: false },
    layout: { padding: { top: data.markers.length ? BAND : 6, right: 10 } },
    plugins: { legend: { display: false }, tooltip: tooltip(spec) },
    scales: {
      x: {
        type: "linear",
        min: 0,
        max: data.steps,
        title: { display: true, text: "training step" },
        ticks: { maxRotation: 0, autoSkipPadding: 24, callback: (value) => String(value) },
      },
      y: {
        type: spec.log ? "logarithmic" : "linear",
        min: spec.percent ? 0 : undefined,
        max: spec.percent ? 1 : undefined,
        grace: spec.log ? 0 : "5%",
        afterBuildTicks: spec.log ? logTicks : undefined,
        ticks: { maxTicksLimit: 7, callback: (value) => format(spec, value) },
      },
    },
  });

  const paint = (chart) => {
    chart.data.datasets.forEach((set) => {
      const name = set.role === "twin" ? "twin" : "supervised";
      const solid = colour(name);
      // Rolled-back work is fainter than what the run was built on.
      set.borderColor = set.role === "discarded" ? solid + "a6" : solid;
      set.backgroundColor = set.pointBackgroundColor = set.borderColor;
    });
    Object.values(chart.options.scales).forEach((scale) => {
      scale.grid = { color: colour("rule"), tickLength: 4 };
      scale.border = { color: colour("rule") };
      scale.ticks.color = colour("soft");
      if (scale.title) {
        scale.title.color = colour("soft");
      }
    });
    chart.update("none");
  };

  Chart.defaults.font.family = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Liberation Sans', sans-serif";
  Chart.defaults.font.size = 13;

  const charts = data.charts.map((spec, index) => {
    const marks = {
      id: "marks",
      beforeDatasetsDraw: drawMarkers,
      afterDatasetsDraw: (chart) => drawNonFinite(chart, spec),
    };
    return new Chart(document.getElementById("chart-" + index), {
      type: "line",
      data: { datasets: datasets(spec) },
      options: options(spec),
      plugins: [marks],
    });
  });

  const paintAll = () => charts.forEach(paint);
  paintAll();
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", paintAll);
  matchMedia("print").addEventListener("change", () => {
    charts.forEach((chart) => chart.resize());
    paintAll();
  });
})();
