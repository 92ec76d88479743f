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

  // Rolled-back work is fainter than what the run was built on.
  const roleColour = (role) => (role === "discarded" ? colour("supervised") + "b3" : colour(role));

  const colours = (role) => ({
    borderColor: roleColour(role),
    backgroundColor: roleColour(role),
    pointBorderColor: roleColour(role),
    pointBackgroundColor: roleColour(role),
  });

  const line = (label, pairs, role, spec) => ({
    ...colours(role),
    label,
    role,
    data: points(pairs),
    spanGaps: false,
    parsing: false,
    borderWidth: role === "twin" ? 1.75 : 2,
    borderDash: { supervised: [], twin: [7, 4], discarded: [3, 3] }[role],
    pointRadius: spec.dots ? 2.5 : 0,
    pointHoverRadius: 4,
    pointHitRadius: 6,
    tension: 0,
    // The dashes go on top: where the runs are equal, both are seen.
    order: { twin: 1, discarded: 2, supervised: 3 }[role],
  });

  const datasets = (spec) => [
    line("supervised", spec.supervised, "supervised", spec),
    ...spec.discarded.map((segment) => line("supervised, rolled back later", segment, "discarded", spec)),
    line("twin", spec.twin, "twin", spec),
  ];

  // Flags that would overlap stand side by side, centred on their steps; a stroke leads each to its own.
  const flagPositions = (chart) => {
    const { left, right } = chart.chartArea;
    const flags = data.markers
      .map((marker) => ({ marker, x: chart.scales.x.getPixelForValue(marker.step) }))
      .filter(({ x }) => x >= left && x <= right);
    const width = (row) => row.flags.length * (FLAG + GAP) - GAP;
    const rows = [];
    flags.forEach((flag) => {
      let row = { flags: [flag] };
      const place = () => {
        const mean = row.flags.reduce((sum, { x }) => sum + x, 0) / row.flags.length;
        row.at = Math.min(Math.max(mean - width(row) / 2, left - FLAG), right + FLAG / 2 - width(row));
      };
      place();
      while (rows.length && rows[rows.length - 1].at + width(rows[rows.length - 1]) + GAP > row.at) {
        row = { flags: rows.pop().flags.concat(row.flags) };
        place();
      }
      rows.push(row);
    });
    rows.forEach((row) => row.flags.forEach((flag, i) => { flag.at = row.at + i * (FLAG + GAP); }));
    return flags;
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

  const extreme = (spec, better, start) =>
    [spec.supervised, spec.twin, ...spec.discarded]
      .flat()
      .reduce((found, [, y]) => (y === null ? found : better(found, y)), start);

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
    plugins: { colors: { enabled: false }, legend: { display: false }, tooltip: tooltip(spec) },
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
        suggestedMin: spec.log ? extreme(spec, Math.min, Infinity) / 1.5 : undefined,
        suggestedMax: spec.log ? extreme(spec, Math.max, 0) * 1.5 : undefined,
        afterBuildTicks: spec.log ? logTicks : undefined,
        ticks: { maxTicksLimit: 7, callback: (value) => format(spec, value) },
      },
    },
  });

  const paint = (chart) => {
    chart.data.datasets.forEach((set) => Object.assign(set, colours(set.role)));
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

  // The stretch from the onset to the verified recovery is short in a long run.
  const showRange = (from, to) => charts.forEach((chart) => {
    chart.options.scales.x.min = from;
    chart.options.scales.x.max = to;
    chart.update("none");
  });
  const buttons = document.querySelectorAll("[data-range]");
  buttons.forEach((button) => button.addEventListener("click", () => {
    buttons.forEach((other) => other.setAttribute("aria-pressed", String(other === button)));
    const steps = data.markers.map((marker) => marker.step);
    if (button.dataset.range === "whole") {
      showRange(0, data.steps);
    } else {
      const around = Math.max(10, Math.max(...steps) - Math.min(...steps));
      showRange(Math.max(0, Math.min(...steps) - around), Math.min(data.steps, Math.max(...steps) + around));
    }
  }));

  const paintAll = () => charts.forEach(paint);
  paintAll();
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", paintAll);
  matchMedia("print").addEventListener("change", () => {
    charts.forEach((chart) => chart.resize());
    paintAll();
  });
})();
