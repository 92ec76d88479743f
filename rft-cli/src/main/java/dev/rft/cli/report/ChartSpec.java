package dev.rft.cli.report;

import dev.rft.api.signal.Signal;
import dev.rft.api.signal.Signals;
import java.util.List;

/**
 * One of the page's charts.
 *
 * @param signal what it shows
 * @param title its title
 * @param unit its unit in words
 * @param log whether its values stand on a logarithmic scale
 * @param percent whether its values are shares, shown as percentages
 * @param dots whether each value has a dot: it is measured at some steps only
 */
record ChartSpec(
        Signal signal, String title, String unit, boolean log, boolean percent, boolean dots) {

    static final List<ChartSpec> ALL =
            List.of(
                    new ChartSpec(
                            Signals.REWARD_MEAN,
                            "Reward",
                            "mean over the step's responses",
                            false,
                            false,
                            false),
                    new ChartSpec(
                            Signals.HELDOUT_ACCURACY,
                            "Held-out accuracy",
                            "share of held-out problems solved",
                            false,
                            true,
                            true),
                    new ChartSpec(
                            Signals.KL_REFERENCE,
                            "KL to the reference",
                            "nats per token, log scale",
                            true,
                            false,
                            false),
                    new ChartSpec(
                            Signals.GRAD_NORM,
                            "Gradient norm",
                            "before clipping, log scale",
                            true,
                            false,
                            false));

    /** Tells whether a value has a place on the scale. */
    boolean shows(double value) {
        return Double.isFinite(value) && (!log || value > 0);
    }

    String format(double value) {
        return percent && Double.isFinite(value) ? Words.percent(value) : Words.number(value);
    }
}
