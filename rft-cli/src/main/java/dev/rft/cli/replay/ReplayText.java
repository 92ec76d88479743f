package dev.rft.cli.replay;

import dev.rft.monitor.diagnose.Diagnosis;
import dev.rft.monitor.log.LogReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What a replay found, for people. */
final class ReplayText {

    private static final int NAMED = 3;
    private static final int REASONS = 3;
    private static final double WORTH_NAMING = 0.05;

    private ReplayText() {}

    static List<String> lines(LogReader log, Replay replay) {
        List<String> lines = new ArrayList<>();
        lines.add(
                String.format(
                        Locale.ROOT,
                        "%d steps (%s), %s",
                        replay.records(),
                        log.format(),
                        count(replay.incidents().size())));
        for (ReplayedIncident incident : replay.incidents()) {
            lines.add("");
            lines.addAll(of(incident));
        }
        return lines;
    }

    private static String count(int incidents) {
        return switch (incidents) {
            case 0 -> "no incident";
            case 1 -> "1 incident";
            default -> incidents + " incidents";
        };
    }

    static List<String> of(ReplayedIncident incident) {
        List<String> lines = new ArrayList<>();
        lines.add(
                String.format(
                        Locale.ROOT,
                        "step %-6d %s, since step %d",
                        incident.alarmStep(),
                        incident.severity().name().toLowerCase(Locale.ROOT),
                        incident.onsetStep()));
        incident.evidence().forEach(line -> lines.add("  " + line));
        incident.diagnosis().candidates().stream()
                .limit(NAMED)
                .filter(candidate -> candidate.probability() >= WORTH_NAMING)
                .forEach(
                        candidate -> {
                            lines.add("  " + named(candidate));
                            reasons(lines, "for", candidate.supporting());
                            reasons(lines, "against", candidate.opposing());
                        });
        incident.diagnosis().next().ifPresent(next -> lines.add("  next: " + next));
        return lines;
    }

    /** The first ones: alarms come before shifts. */
    private static void reasons(List<String> lines, String side, List<String> reasons) {
        reasons.stream()
                .limit(REASONS)
                .forEach(
                        reason ->
                                lines.add(
                                        String.format(
                                                Locale.ROOT, "%9s %-8s%s", "", side, reason)));
        if (reasons.size() > REASONS) {
            lines.add(
                    String.format(
                            Locale.ROOT,
                            "%9s %-8sand %d more",
                            "",
                            side,
                            reasons.size() - REASONS));
        }
    }

    private static String named(Diagnosis.Candidate candidate) {
        return String.format(
                Locale.ROOT,
                "%3.0f %%  %-10s %s",
                100 * candidate.probability(),
                candidate.cause(),
                candidate.cause().rootCause());
    }
}
