// The only script of our own: hands charts their data, and tells the day that the slider stands on.
"use strict";

function chart(place) {
  if (!window.echarts) return place.remove();
  const drawn = echarts.init(place, null, { renderer: "canvas" });
  drawn.setOption(JSON.parse(place.dataset.chart));
  new ResizeObserver(() => drawn.resize()).observe(place);
}

function slider(range) {
  const told = range.form.querySelector("output");
  range.addEventListener("input", () => {
    const day = new Date(`${range.dataset.first}T00:00:00Z`);
    day.setUTCDate(day.getUTCDate() + Number(range.value));
    told.value = day.toISOString().slice(0, 10);
  });
}

document.querySelector(".top nav [aria-current]")?.scrollIntoView({ block: "nearest", inline: "nearest" });
document.querySelectorAll("[data-chart]").forEach(chart);
document.querySelectorAll("input[type=range][data-first]").forEach(slider);
