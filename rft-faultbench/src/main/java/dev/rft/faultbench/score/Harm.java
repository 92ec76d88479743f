package dev.rft.faultbench.score;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * What one fault costs a workload when nobody looks after the run, over seeds, and what each arm
 * left of it.
 *
 * @param workload the workload
 * @param id the case: fault, strength and setting
 * @param seeds how many runs
 * @param harmed how many of them lost 5 points and 3 standard errors
 * @param seen in how many of them rft alarmed from the onset on, of those that did not end there
 * @param healthy mean final accuracy of the healthy runs
 * @param alone mean final accuracy of those that nobody looked after
 * @param loss the mean difference
 * @param itemError its standard error over the held-out items
 * @param seedError its standard error over the seeds; NaN of one
 * @param arms mean final accuracy by arm
 */
public record Harm(
        String workload,
        String id,
        int seeds,
        Share harmed,
        Share seen,
        double healthy,
        double alone,
        double loss,
        double itemError,
        double seedError,
        Map<String, Double> arms) {

    /** Two-sided 95 % of Student's t by degrees of freedom, from 1; beyond these, as normal. */
    private static final double[] T = {
        12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160,
        2.145, 2.131, 2.120, 2.110, 2.101, 2.093, 2.086, 2.080, 2.074, 2.069, 2.064, 2.060, 2.056,
        2.052, 2.048, 2.045, 2.042
    };

    private static final double NORMAL = 1.96;

    /** Copies the map. */
    public Harm {
        arms = Map.copyOf(arms);
    }

    static List<Harm> of(List<Case> cases, Set<String> seen) {
        Map<String, List<Case>> groups = new TreeMap<>();
        for (Case each : cases) {
            if (each.faulty()) {
                String key = each.truth().id() + "\n" + each.truth().workload();
                groups.merge(key, List.of(each), Harm::joined);
            }
        }
        return groups.values().stream().map(group -> group(group, seen)).toList();
    }

    private static List<Case> joined(List<Case> some, List<Case> more) {
        return Stream.concat(some.stream(), more.stream()).toList();
    }

    private static Harm group(List<Case> group, Set<String> seen) {
        Map<String, Double> arms = new TreeMap<>();
        for (String arm : arms(group)) {
            arms.put(
                    arm,
                    group.stream()
                            .filter(each -> each.arms().containsKey(arm))
                            .mapToDouble(each -> each.ending(arm).accuracy().value())
                            .average()
                            .orElseThrow());
        }
        double loss = group.stream().mapToDouble(Case::loss).average().orElseThrow();
        double squares =
                group.stream().mapToDouble(each -> each.loss() - loss).map(d -> d * d).sum();
        int n = group.size();
        List<Case> toTheEnd = group.stream().filter(each -> !each.alone().stopped()).toList();
        return new Harm(
                group.get(0).truth().workload(),
                group.get(0).truth().id(),
                n,
                new Share(group.stream().filter(Case::harmed).count(), n),
                new Share(
                        toTheEnd.stream().filter(each -> seen.contains(each.run())).count(),
                        toTheEnd.size()),
                group.stream().mapToDouble(each -> each.healthy().value()).average().orElseThrow(),
                arms.getOrDefault(Case.ALONE, Double.NaN),
                loss,
                ArmScore.error(
                        group, each -> each.healthy().standardErrorTo(each.alone().accuracy())),
                n < 2 ? Double.NaN : Math.sqrt(squares / (n - 1.0) / n),
                arms);
    }

    static TreeSet<String> arms(Collection<Case> cases) {
        TreeSet<String> arms = new TreeSet<>();
        cases.forEach(each -> arms.addAll(each.arms().keySet()));
        return arms;
    }

    /**
     * Returns a word for it: {@code harmful}, in all seeds or in so many; {@code harmless}; {@code
     * invisible}, harmless and seen in no run.
     */
    public String verdict() {
        if (harmed.hits() > 0) {
            return harmed.hits() == seeds ? "harmful" : "harmful in " + harmed.hits();
        }
        return seen.hits() > 0 ? "harmless" : "invisible";
    }

    /** Returns half the width of the loss's 95 % interval over seeds; NaN of one seed. */
    public double seedHalfWidth() {
        int freedom = seeds - 1;
        return seedError * (freedom >= 1 && freedom <= T.length ? T[freedom - 1] : NORMAL);
    }

    static Table table(List<Harm> harms, List<String> arms) {
        List<String> head =
                new ArrayList<>(
                        List.of(
                                "case",
                                "workload",
                                "seeds",
                                "healthy",
                                "alone",
                                "loss, over items",
                                "loss, over seeds",
                                "harm",
                                "seen"));
        head.addAll(arms);
        return new Table(
                "Harm: what a fault costs when nobody looks after the run",
                "Held-out accuracy in points; losses with their 95 % intervals. Harmful: at least 5"
                        + " points and 3 standard errors lost. Harmless: less. Invisible: harmless,"
                        + " and in no run did rft alarm. Neither counts as a fault to repair.",
                head,
                harms.stream().map(harm -> harm.row(arms)).toList());
    }

    private List<String> row(List<String> shown) {
        List<String> row =
                new ArrayList<>(
                        List.of(
                                id,
                                workload,
                                Integer.toString(seeds),
                                percent(healthy),
                                percent(alone),
                                ArmScore.points(loss, itemError),
                                Double.isNaN(seedError)
                                        ? "–"
                                        : ArmScore.points(loss, seedHalfWidth() / NORMAL),
                                verdict(),
                                seen.counts()));
        for (String arm : shown) {
            Double accuracy = arms.get(arm);
            row.add(accuracy == null ? "–" : percent(accuracy));
        }
        return row;
    }

    private static String percent(double share) {
        return String.format(Locale.ROOT, "%.1f", 100 * share);
    }
}
