package dev.rft.cli.report;

import dev.rft.api.signal.StepKey;
import dev.rft.monitor.Evidence;
import dev.rft.monitor.Finding;
import dev.rft.monitor.Verdict;
import dev.rft.recovery.Incident;
import dev.rft.recovery.event.RftEvent;
import dev.rft.recovery.journal.Journal;
import dev.rft.recovery.journal.JournalEntry;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.function.UnaryOperator;

/** Finds the incidents in what a journal tells. */
final class IncidentStories {

    private final Map<Integer, IncidentStory> incidents = new TreeMap<>();

    private IncidentStories() {}

    /** Returns the incidents of a run, in order. What a resume has superseded is left out. */
    static List<IncidentStory> of(Journal journal) {
        IncidentStories stories = new IncidentStories();
        journal.effective().stream().map(JournalEntry::event).forEach(stories::on);
        return List.copyOf(stories.incidents.values());
    }

    private void on(RftEvent event) {
        if (event instanceof RftEvent.IncidentOpened opened) {
            incidents.put(opened.incident().number(), story(opened.incident()));
        } else if (event instanceof RftEvent.ActionTaken taken) {
            change(taken.incident(), story -> taken(story, taken));
        } else if (event instanceof RftEvent.ActionVerified verified) {
            change(verified.incident(), story -> verified(story, verified));
        } else if (event instanceof RftEvent.IncidentClosed closed) {
            change(
                    closed.incident().number(),
                    story -> story.closed(story(closed.incident()), closed.key().step()));
        }
    }

    private void change(int number, UnaryOperator<IncidentStory> change) {
        incidents.computeIfPresent(number, (key, story) -> change.apply(story));
    }

    private static IncidentStory taken(IncidentStory story, RftEvent.ActionTaken taken) {
        List<IncidentStory.Action> actions = new ArrayList<>(story.actions());
        StepKey resumesAfter = taken.resumesAfter();
        actions.add(
                new IncidentStory.Action(
                        Words.action(taken.action(), OptionalLong.of(resumesAfter.step())),
                        taken.key().step(),
                        OptionalLong.empty(),
                        Optional.empty(),
                        ""));
        return story.withActions(actions);
    }

    private static IncidentStory verified(IncidentStory story, RftEvent.ActionVerified verified) {
        if (story.actions().isEmpty()) {
            return story;
        }
        List<IncidentStory.Action> actions = new ArrayList<>(story.actions());
        IncidentStory.Action last = actions.remove(actions.size() - 1);
        actions.add(
                last.verified(
                        verified.key().step(),
                        verified.attempt().outcome().name(),
                        verified.attempt().reason()));
        return story.withActions(actions);
    }

    private static IncidentStory story(Incident incident) {
        List<IncidentStory.Candidate> candidates =
                incident.diagnosis().candidates().stream()
                        .map(
                                candidate ->
                                        new IncidentStory.Candidate(
                                                candidate.cause().id(),
                                                candidate.probability(),
                                                candidate.supporting(),
                                                candidate.opposing()))
                        .toList();
        return new IncidentStory(
                incident.number(),
                incident.opened().step(),
                OptionalLong.of(incident.onset()),
                candidates,
                incident.findings().stream().flatMap(finding -> alarm(finding).stream()).toList(),
                List.of(),
                OptionalLong.empty());
    }

    private static Optional<IncidentStory.Alarm> alarm(Finding finding) {
        if (!(finding.verdict() instanceof Verdict.Violated violated)) {
            return Optional.empty();
        }
        Evidence evidence = violated.evidence();
        return Optional.of(
                new IncidentStory.Alarm(
                        finding.detector(),
                        finding.evidenceClass().name(),
                        evidence.signal().name(),
                        OptionalDouble.of(evidence.observed()),
                        evidence.expected(),
                        evidence.onset(),
                        evidence.invariant()));
    }
}
