package dev.rft.faultbench.score;

import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;
import java.util.stream.DoubleStream;

/**
 * What an arm was worth on some cases. Faults that did harm and can be cured are there to be
 * repaired; of those that cannot, to stop and say why is all that is asked; on faults without harm
 * and on benign changes all that an arm can do is harm.
 *
 * @param arm the arm
 * @param recovered of harmful faults that can be cured, nine tenths of the loss regained
 * @param recoveredAsOracle of those that the cure itself helps, nine tenths of its gain regained
 * @param worse of harmful faults, those with a cure and those without: made worse
 * @param stoppedRightly of harmful faults that nothing cures: stopped for the right reason
 * @param stoppedWrongly of harmful faults that can be cured: stopped all the same
 * @param medianGain the median share of the loss that was regained, of those that can be cured; NaN
 *     of none
 * @param gap mean final accuracy below the healthy run, of those that can be cured; NaN of none
 * @param gapError the standard error of the gap over items; NaN of none
 * @param stepsLost mean of the steps executed beyond those of a healthy run, of the harmful that
 *     were not stopped; NaN of none
 * @param secondsLost mean of the time beyond that of the run that nobody looked after, where that
 *     one came to its end; NaN of none
 * @param unharmedWorse of faults without harm: made worse
 * @param benignWorse of benign changes: made worse
 * @param benignActedOn of benign changes: those on which anything was done
 */
public record ArmScore(
        String arm,
        Share recovered,
        Share recoveredAsOracle,
        Share worse,
        Share stoppedRightly,
        Share stoppedWrongly,
        double medianGain,
        double gap,
        double gapError,
        double stepsLost,
        double secondsLost,
        Share unharmedWorse,
        Share benignWorse,
        Share benignActedOn) {

    static ArmScore of(String arm, List<Case> all) {
        List<Case> cases = all.stream().filter(each -> each.arms().containsKey(arm)).toList();
        List<Case> harmed = of(cases, Case::harmed);
        List<Case> curable = of(harmed, each -> each.truth().curable());
        List<Case> incurable = of(harmed, each -> !each.truth().curable());
        List<Case> unharmed = of(cases, each -> each.faulty() && !each.harmed());
        List<Case> benign = of(cases, each -> !each.faulty());
        List<Case> wentOn = of(harmed, each -> !each.ending(arm).stopped());
        return new ArmScore(
                arm,
                share(curable, each -> each.recovered(each.ending(arm))),
                share(
                        of(curable, Case::oracleHelped),
                        each -> each.recoveredAsOracle(each.ending(arm))),
                share(harmed, each -> each.worse(each.ending(arm))),
                share(incurable, each -> each.stoppedRightly(each.ending(arm))),
                share(curable, each -> each.ending(arm).stopped()),
                median(curable, each -> each.gain(each.ending(arm)) / each.loss()),
                mean(curable, each -> each.healthy().value() - each.ending(arm).accuracy().value()),
                sharedError(
                        curable,
                        each -> each.healthy().standardErrorTo(each.ending(arm).accuracy())),
                mean(
                        wentOn,
                        each ->
                                Math.max(
                                        0.0,
                                        (double)
                                                (each.ending(arm).executed()
                                                        - each.truth().steps()))),
                mean(
                        of(wentOn, each -> timed(each, arm)),
                        each ->
                                each.ending(arm).seconds().orElseThrow()
                                        - each.alone().seconds().orElseThrow()),
                share(unharmed, each -> each.worse(each.ending(arm))),
                share(benign, each -> each.worse(each.ending(arm))),
                share(benign, each -> each.ending(arm).actions() > 0));
    }

    private static boolean timed(Case each, String arm) {
        return !each.alone().stopped()
                && each.alone().seconds().isPresent()
                && each.ending(arm).seconds().isPresent();
    }

    private static List<Case> of(List<Case> cases, Predicate<Case> which) {
        return cases.stream().filter(which).toList();
    }

    private static Share share(List<Case> cases, Predicate<Case> which) {
        return new Share(cases.stream().filter(which).count(), cases.size());
    }

    private static double mean(List<Case> cases, ToDoubleFunction<Case> of) {
        return cases.stream().mapToDouble(of).average().orElse(Double.NaN);
    }

    /** The standard error of a mean of independent numbers with these errors; NaN of none. */
    static double error(List<Case> cases, ToDoubleFunction<Case> of) {
        return error(cases.stream().mapToDouble(of), cases.size());
    }

    private static double error(DoubleStream errors, int of) {
        return Math.sqrt(errors.map(error -> error * error).sum()) / of;
    }

    /**
     * The same of numbers of which those of a workload share its items and its healthy runs: their
     * errors are added up as if they were one, which is the largest that they can be.
     */
    private static double sharedError(List<Case> cases, ToDoubleFunction<Case> of) {
        Map<String, Double> sums = new TreeMap<>();
        for (Case each : cases) {
            sums.merge(each.truth().workload(), of.applyAsDouble(each), Double::sum);
        }
        return error(sums.values().stream().mapToDouble(Double::doubleValue), cases.size());
    }

    private static double median(List<Case> cases, ToDoubleFunction<Case> of) {
        double[] sorted = cases.stream().mapToDouble(of).sorted().toArray();
        int middle = sorted.length / 2;
        if (sorted.length == 0) {
            return Double.NaN;
        }
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    static Table repair(List<ArmScore> arms) {
        return new Table(
                "Repair, on faults that did harm",
                "Recovered: nine tenths of the lost accuracy regained, against the healthy run, and"
                        + " against what the cure itself regains. Made worse: more than 2 points and"
                        + " 2 standard errors below the run that nobody looked after. Gap: held-out"
                        + " accuracy below the healthy run's, with its 95 % interval over items,"
                        + " which the cases of a workload share."
                        + " Faults that nothing cures are counted apart: to stop and name the cause"
                        + " is right there. Shares with their 95 % intervals (Wilson).",
                List.of(
                        "arm",
                        "recovered",
                        "of the oracle's",
                        "made worse",
                        "median gain",
                        "gap",
                        "incurable, stopped rightly",
                        "curable, stopped",
                        "steps lost",
                        "seconds lost"),
                arms.stream()
                        .map(
                                each ->
                                        List.of(
                                                each.arm,
                                                each.recovered.text(),
                                                each.recoveredAsOracle.text(),
                                                each.worse.text(),
                                                number("%.2f", each.medianGain),
                                                points(each.gap, each.gapError),
                                                each.stoppedRightly.text(),
                                                each.stoppedWrongly.text(),
                                                number("%.0f", each.stepsLost),
                                                number("%.0f", each.secondsLost)))
                        .toList());
    }

    static Table noHarm(List<ArmScore> arms) {
        return new Table(
                "Doing no harm",
                "Faults that did no harm, and legitimate changes: all that can be done there is"
                        + " harm.",
                List.of(
                        "arm",
                        "faults without harm, made worse",
                        "benign changes, made worse",
                        "benign changes, acted on"),
                arms.stream()
                        .map(
                                each ->
                                        List.of(
                                                each.arm,
                                                each.unharmedWorse.text(),
                                                each.benignWorse.text(),
                                                each.benignActedOn.text()))
                        .toList());
    }

    static List<String> inWorkloadHead() {
        return List.of(
                "workload",
                "arm",
                "recovered",
                "median gain",
                "gap",
                "made worse",
                "stopped rightly",
                "harmless, made worse",
                "benign, acted on");
    }

    List<String> inWorkload(String workload) {
        return List.of(
                workload,
                arm,
                recovered.counts(),
                number("%.2f", medianGain),
                points(gap, gapError),
                worse.counts(),
                stoppedRightly.counts(),
                unharmedWorse.counts(),
                benignActedOn.counts());
    }

    static Comparator<ArmScore> order() {
        return Comparator.comparing((ArmScore each) -> !each.arm.equals("supervised"))
                .thenComparing(each -> each.arm.equals(Case.ORACLE))
                .thenComparing(ArmScore::arm);
    }

    static String points(double share, double error) {
        return Double.isNaN(share)
                ? "–"
                : String.format(Locale.ROOT, "%.1f ± %.1f", 100 * share, 196 * error);
    }

    @SuppressWarnings("AnnotateFormatMethod") // the patterns are those above
    private static String number(String pattern, double value) {
        return Double.isNaN(value) ? "–" : String.format(Locale.ROOT, pattern, value);
    }
}
