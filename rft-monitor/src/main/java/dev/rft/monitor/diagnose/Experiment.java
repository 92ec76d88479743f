package dev.rft.monitor.diagnose;

import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * A check that somebody can make, with what it shows under each cause.
 *
 * @param what what to do
 * @param weight how much its finding says, in the unit of the fingerprints' weights, above 0
 * @param findings what it shows, by cause; copied
 * @param otherwise what it shows under every other cause
 */
record Experiment(String what, double weight, Map<Cause, String> findings, String otherwise) {

    /** Which of two is better when both say as much: the one that names both causes. */
    private static final double BOTH_NAMED = 0.5;

    Experiment {
        Objects.requireNonNull(what, "what");
        Objects.requireNonNull(otherwise, "otherwise");
        findings = Map.copyOf(findings);
        if (!(weight > 0 && Double.isFinite(weight))) {
            throw new IllegalArgumentException("weight: must be above 0, was " + weight);
        }
    }

    String finding(Cause cause) {
        return findings.getOrDefault(cause, otherwise);
    }

    /** Returns how well it tells two causes apart; empty when it does not. */
    Optional<Weighed> between(Cause one, Cause other) {
        if (finding(one).equals(finding(other))) {
            return Optional.empty();
        }
        boolean both = findings.containsKey(one) && findings.containsKey(other);
        return Optional.of(
                new Weighed(
                        new NextCheck(what, one, finding(one), other, finding(other)),
                        weight + (both ? BOTH_NAMED : 0)));
    }

    /** A check, and how much its finding says. */
    record Weighed(NextCheck check, double weight) {}
}
