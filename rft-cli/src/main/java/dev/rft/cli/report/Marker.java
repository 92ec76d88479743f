package dev.rft.cli.report;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * A vertical line in all charts: the onset and what the first incidents brought.
 *
 * @param kind names its colour: {@code fault}, {@code alarm}, {@code action}, {@code verified}
 * @param letter what its flag says
 * @param step where it stands
 * @param text what it means
 */
record Marker(String kind, String letter, long step, String text) {

    /** More flags than this hide the lines; the incidents are told in full below the charts. */
    private static final int MOST = 12;

    /** Returns the marks in the order in which things happened. */
    static List<Marker> of(ReportData data) {
        List<Marker> markers = new ArrayList<>();
        Summary summary = data.summary();
        summary.onsetStep()
                .ifPresent(step -> markers.add(new Marker("fault", "F", step, "fault strikes")));
        for (IncidentStory incident : data.incidents()) {
            long opened = incident.openedStep();
            markers.add(new Marker("alarm", "A", opened, "alarm"));
            for (IncidentStory.Action action : incident.actions()) {
                markers.add(new Marker("action", "R", action.step(), action.words()));
                if (action.helped()) {
                    action.verifiedStep()
                            .ifPresent(
                                    step ->
                                            markers.add(
                                                    new Marker(
                                                            "verified",
                                                            "V",
                                                            step,
                                                            step < opened
                                                                    ? "recovery verified, after"
                                                                            + " going back"
                                                                    : "recovery verified")));
                }
            }
        }
        if (markers.size() > MOST) {
            markers.subList(MOST, markers.size()).clear();
        }
        return markers;
    }

    /**
     * Returns the marks from left to right; those of one step in the order in which they happened.
     */
    static List<Marker> fromLeft(ReportData data) {
        List<Marker> markers = of(data);
        markers.sort(Comparator.comparingLong(Marker::step));
        return markers;
    }

    /** Returns what the legend says. */
    String legend() {
        return "step " + step + ": " + text;
    }
}
