package dev.rft.cli.report;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;

/** The numbers behind the charts, in the form that the page's script reads. */
final class ChartData {

    /** More than this many points are more than the pixels of a chart. */
    private static final int MAX_POINTS = 2_000;

    private final ReportData data;

    ChartData(ReportData data) {
        this.data = data;
    }

    /** A place on a chart; a value that is not finite interrupts the line. */
    private record Dot(long step, double value) {}

    ObjectNode toJson() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("steps", data.summary().steps());
        ArrayNode markers = json.putArray("markers");
        for (Marker marker : Marker.fromLeft(data)) {
            markers.addObject()
                    .put("kind", marker.kind())
                    .put("letter", marker.letter())
                    .put("step", marker.step());
        }
        ArrayNode charts = json.putArray("charts");
        ChartSpec.ALL.forEach(spec -> charts.add(chart(spec)));
        return json;
    }

    /** Tells whether a value of a chart is not finite. */
    boolean hasNonFinite() {
        return ChartSpec.ALL.stream().map(this::nonFinite).anyMatch(spans -> !spans.isEmpty());
    }

    private ObjectNode chart(ChartSpec spec) {
        ObjectNode chart = JsonNodeFactory.instance.objectNode();
        chart.put("log", spec.log());
        chart.put("percent", spec.percent());
        chart.put("dots", spec.dots());
        chart.set("supervised", line(spec, kept(data.supervised(), spec)));
        chart.set("twin", line(spec, kept(data.unsupervised(), spec)));
        ArrayNode discarded = chart.putArray("discarded");
        discarded(data.supervised(), spec).forEach(segment -> discarded.add(line(spec, segment)));
        chart.set("nonFinite", nonFinite(spec));
        return chart;
    }

    private ArrayNode nonFinite(ChartSpec spec) {
        ArrayNode spans = JsonNodeFactory.instance.arrayNode();
        nonFinite(spans, "supervised", dots(data.supervised().points(), spec));
        nonFinite(spans, "twin", dots(data.unsupervised().points(), spec));
        return spans;
    }

    /** Joins neighbouring values that are not finite into one span. */
    private static void nonFinite(ArrayNode spans, String run, List<Dot> dots) {
        boolean open = false;
        for (Dot dot : dots) {
            if (Double.isFinite(dot.value())) {
                open = false;
                continue;
            }
            if (!open) {
                spans.addObject()
                        .put("run", run)
                        .put("from", dot.step())
                        .put("value", Double.toString(dot.value()));
                open = true;
            }
            ((ObjectNode) spans.get(spans.size() - 1)).put("to", dot.step());
        }
    }

    private static List<Dot> kept(RunMetrics run, ChartSpec spec) {
        return dots(run.points().stream().filter(RunMetrics.Point::kept).toList(), spec);
    }

    /**
     * Returns the stretches that were rolled back, each from the kept point that it grew out of.
     */
    private static List<List<Dot>> discarded(RunMetrics run, ChartSpec spec) {
        List<List<Dot>> segments = new ArrayList<>();
        List<Dot> segment = new ArrayList<>();
        List<Dot> previous = List.of();
        for (RunMetrics.Point point : run.points()) {
            OptionalDouble value = point.value(spec.signal().name());
            if (value.isEmpty()) {
                continue;
            }
            Dot dot = new Dot(point.step(), value.getAsDouble());
            boolean goesOn = !previous.isEmpty() && previous.get(0).step() < dot.step();
            if (!point.kept()) {
                if (segment.isEmpty() || !goesOn) {
                    segment = new ArrayList<>(goesOn ? previous : List.of());
                    segments.add(segment);
                }
                segment.add(dot);
            } else {
                segment = new ArrayList<>();
            }
            previous = List.of(dot);
        }
        return segments;
    }

    private static List<Dot> dots(List<RunMetrics.Point> points, ChartSpec spec) {
        List<Dot> dots = new ArrayList<>();
        for (RunMetrics.Point point : points) {
            point.value(spec.signal().name())
                    .ifPresent(value -> dots.add(new Dot(point.step(), value)));
        }
        return dots;
    }

    private static ArrayNode line(ChartSpec spec, List<Dot> dots) {
        ArrayNode line = JsonNodeFactory.instance.arrayNode();
        for (Dot dot : thinned(dots)) {
            ArrayNode pair = line.addArray().add(dot.step());
            if (spec.shows(dot.value())) {
                pair.add(dot.value());
            } else {
                pair.addNull();
            }
        }
        return line;
    }

    /**
     * Keeps the extremes: of each of equally many neighbours the smallest and the largest value, so
     * that a spike of one step stays visible, and the first that is not finite, so that a gap does.
     */
    private static List<Dot> thinned(List<Dot> dots) {
        if (dots.size() <= MAX_POINTS) {
            return dots;
        }
        int width = (2 * dots.size() + MAX_POINTS - 1) / MAX_POINTS;
        List<Dot> thinned = new ArrayList<>();
        for (int from = 0; from < dots.size(); from += width) {
            List<Dot> bucket = dots.subList(from, Math.min(from + width, dots.size()));
            int low = -1;
            int high = -1;
            int gap = -1;
            for (int i = 0; i < bucket.size(); i++) {
                double value = bucket.get(i).value();
                if (!Double.isFinite(value)) {
                    gap = gap < 0 ? i : gap;
                } else {
                    low = low < 0 || value < bucket.get(low).value() ? i : low;
                    high = high < 0 || value > bucket.get(high).value() ? i : high;
                }
            }
            for (int i = 0; i < bucket.size(); i++) {
                if (i == low || i == high || i == gap) {
                    thinned.add(bucket.get(i));
                }
            }
        }
        return thinned;
    }
}
