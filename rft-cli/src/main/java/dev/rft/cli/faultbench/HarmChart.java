package dev.rft.cli.faultbench;

import dev.rft.faultbench.score.Harm;
import java.util.List;
import java.util.Locale;

/** A line per harmful fault: the accuracy of the healthy twin, alone and under the arms, as SVG. */
final class HarmChart {

    private static final int LABEL = 330;
    private static final int PLOT = 700;
    private static final int ROW = 24;
    private static final int TOP = 26;
    private static final int RIGHT = 30;

    private HarmChart() {}

    static String of(List<Harm> harms) {
        int bottom = TOP + ROW * harms.size();
        StringBuilder svg = new StringBuilder();
        add(
                svg,
                "<svg role=\"img\" aria-label=\"Final accuracy by fault; the tables below have the"
                        + " numbers\" width=\"%d\" height=\"%d\">",
                LABEL + PLOT + RIGHT,
                bottom + 8);
        for (int percent = 0; percent <= 100; percent += 20) {
            double x = x(percent / 100.0);
            add(
                    svg,
                    "<line class=\"grid\" x1=\"%.1f\" x2=\"%.1f\" y1=\"20\" y2=\"%d\"/>",
                    x,
                    x,
                    bottom);
            add(
                    svg,
                    "<text class=\"soft\" text-anchor=\"middle\" x=\"%.1f\" y=\"13\">%d</text>",
                    x,
                    percent);
        }
        int y = TOP + ROW / 2;
        for (Harm harm : harms) {
            row(svg, harm, y);
            y += ROW;
        }
        return svg.append("</svg>").toString();
    }

    private static void row(StringBuilder svg, Harm harm, int y) {
        add(svg, "<text x=\"0\" y=\"%d\">%s</text>", y + 4, escaped(harm.id()));
        add(
                svg,
                "<text class=\"soft\" text-anchor=\"end\" x=\"%d\" y=\"%d\">%s</text>",
                LABEL - 16,
                y + 4,
                escaped(harm.workload()));
        double alone = x(harm.alone());
        double healthy = x(harm.healthy());
        add(
                svg,
                "<line class=\"lost\" x1=\"%.1f\" x2=\"%.1f\" y1=\"%d\" y2=\"%d\"/>",
                alone,
                healthy,
                y,
                y);
        add(
                svg,
                "<line class=\"mark-healthy\" x1=\"%.1f\" x2=\"%.1f\" y1=\"%d\" y2=\"%d\"/>",
                healthy,
                healthy,
                y - 8,
                y + 8);
        add(svg, "<circle class=\"mark-alone\" cx=\"%.1f\" cy=\"%d\" r=\"5\"/>", alone, y);
        Double supervised = harm.arms().get("supervised");
        if (supervised != null) {
            add(
                    svg,
                    "<circle class=\"mark-supervised\" cx=\"%.1f\" cy=\"%d\" r=\"5\"/>",
                    x(supervised),
                    y);
        }
        Double oracle = harm.arms().get("oracle");
        if (oracle != null) {
            add(svg, "<path class=\"mark-oracle\" d=\"M%.1f %dl6 6-6 6-6-6z\"/>", x(oracle), y - 6);
        }
    }

    private static double x(double share) {
        return LABEL + PLOT * share;
    }

    @SuppressWarnings("AnnotateFormatMethod") // the patterns are those above
    private static void add(StringBuilder svg, String pattern, Object... values) {
        svg.append(String.format(Locale.ROOT, pattern, values)).append('\n');
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }
}
