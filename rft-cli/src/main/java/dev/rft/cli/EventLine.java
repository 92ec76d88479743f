package dev.rft.cli;

import dev.rft.cli.report.Words;
import dev.rft.monitor.Evidence;
import dev.rft.monitor.Finding;
import dev.rft.monitor.Verdict;
import dev.rft.monitor.diagnose.Diagnosis;
import dev.rft.recovery.Incident;
import dev.rft.recovery.Outcome;
import dev.rft.recovery.event.RftEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.stream.Collectors;
import picocli.CommandLine.Help.Ansi;

/**
 * A line that tells a person of an event.
 *
 * @param step the step after which it happened
 * @param label what kind of thing happened, in a word
 * @param style how the label looks, as picocli names styles
 * @param text what happened
 */
record EventLine(long step, String label, String style, String text) {

    private static final String BAD = "bold,red";
    private static final String NEWS = "bold,yellow";
    private static final String GOOD = "bold,green";
    private static final String PLAIN = "faint";

    EventLine {
        Objects.requireNonNull(label, "label");
        Objects.requireNonNull(style, "style");
        // Names and reasons come from elsewhere and must not steer the terminal.
        text = text.replaceAll("\\p{Cntrl}+", " ");
    }

    /** Returns the line with its step and label in columns. */
    String render(Ansi ansi) {
        String padded = String.format(Locale.ROOT, "%-9s", label);
        String styled = ansi.enabled() ? ansi.string("@|" + style + " " + padded + "|@") : padded;
        return String.format(Locale.ROOT, "step %5d  %s  %s", step, styled, text).stripTrailing();
    }

    /** Returns the lines of an event, none for what happens at every step or goes as it should. */
    static List<EventLine> of(RftEvent event) {
        long step = event.key().step();
        if (event instanceof RftEvent.IncidentOpened opened) {
            return opened(step, opened.incident());
        }
        if (event instanceof RftEvent.ActionWithheld withheld) {
            String text =
                    Words.action(withheld.action(), OptionalLong.empty())
                            + ": "
                            + withheld.reason();
            return line(step, "withheld", NEWS, text);
        }
        if (event instanceof RftEvent.ActionTaken taken) {
            OptionalLong resumes = OptionalLong.of(taken.resumesAfter().step());
            return line(step, "action", NEWS, Words.action(taken.action(), resumes));
        }
        if (event instanceof RftEvent.ActionVerified verified) {
            Outcome outcome = verified.attempt().outcome();
            String reason = verified.attempt().reason();
            return line(
                    step,
                    "verified",
                    outcome == Outcome.HELPED ? GOOD : BAD,
                    outcome + (reason.isEmpty() ? "" : ": " + reason));
        }
        if (event instanceof RftEvent.IncidentClosed closed) {
            return line(step, "closed", GOOD, closed(closed.incident()));
        }
        if (event instanceof RftEvent.SnapshotsDemoted demoted) {
            return demoted(step, demoted);
        }
        if (event instanceof RftEvent.ComponentQuarantined quarantined) {
            return line(
                    step,
                    "broken",
                    BAD,
                    quarantined.component() + " is not called any more: " + quarantined.reason());
        }
        if (event instanceof RftEvent.HangSuspected suspected) {
            String text =
                    String.format(
                            Locale.ROOT,
                            "this step takes %.0f s, the usual is %.1f s",
                            suspected.elapsed().toMillis() * 1e-3,
                            suspected.usual().toMillis() * 1e-3);
            return line(step, "hanging?", BAD, text);
        }
        if (event instanceof RftEvent.HangEnded ended) {
            String text =
                    String.format(
                            Locale.ROOT,
                            "the step ended after %.0f s",
                            ended.elapsed().toMillis() * 1e-3);
            return line(step, "goes on", GOOD, text);
        }
        if (event instanceof RftEvent.EventsLost lost) {
            String text =
                    lost.listener() + " did not get " + lost.count() + " events: " + lost.reason();
            return line(step, "lost", BAD, text);
        }
        if (event instanceof RftEvent.RunFinished finished) {
            return line(step, "end", finished.completed() ? PLAIN : BAD, finished.reason());
        }
        return List.of();
    }

    private static List<EventLine> opened(long step, Incident incident) {
        List<EventLine> lines = new ArrayList<>();
        for (Finding finding : incident.findings()) {
            if (finding.verdict() instanceof Verdict.Violated violated) {
                String text = finding.detector() + ": " + evidence(violated.evidence());
                lines.add(new EventLine(step, "ALARM", BAD, text));
            }
        }
        Diagnosis.Candidate first = incident.diagnosis().candidates().get(0);
        String probability = String.format(Locale.ROOT, " (%.0f %%)", 100 * first.probability());
        String cause = Words.cause(first.cause().id());
        lines.add(new EventLine(step, "diagnosis", NEWS, cause + probability));
        incident.diagnosis()
                .next()
                .ifPresent(next -> lines.add(new EventLine(step, "next", PLAIN, next.toString())));
        return lines;
    }

    private static String evidence(Evidence evidence) {
        return evidence.signal()
                + " = "
                + Words.number(evidence.observed())
                + ", expected "
                + evidence.expected()
                + (evidence.onset().isPresent()
                        ? ", since step " + evidence.onset().getAsLong()
                        : "");
    }

    private static String closed(Incident incident) {
        int actions = incident.attempts().size();
        return "incident "
                + incident.number()
                + " after "
                + (actions == 1 ? "1 action" : actions + " actions");
    }

    private static List<EventLine> demoted(long step, RftEvent.SnapshotsDemoted demoted) {
        if (demoted.snapshots().isEmpty()) {
            return List.of();
        }
        String steps =
                demoted.snapshots().stream()
                        .map(key -> Long.toString(key.step()))
                        .collect(Collectors.joining(", "));
        return line(step, "snapshots", PLAIN, "dropped, taken after the onset: step " + steps);
    }

    private static List<EventLine> line(long step, String label, String style, String text) {
        return List.of(new EventLine(step, label, style, text));
    }
}
