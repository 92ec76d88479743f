package dev.rft.recovery;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rft.api.control.InvalidSnapshotException;
import dev.rft.api.control.Knob;
import dev.rft.monitor.DetectorState;
import dev.rft.monitor.MonitorState;
import dev.rft.monitor.json.JsonFields;
import dev.rft.monitor.json.JsonText;
import java.util.Map;
import java.util.TreeMap;

/**
 * {@link SupervisionState} as JSON. Numbers come back bit for bit (NaN as NaN): a double is written
 * with as many digits as tell it from its neighbours, one that is not finite as a string.
 */
final class SupervisionStateJson {

    private static final String FORMAT = "rft-supervision";
    private static final int VERSION = 1;

    private SupervisionStateJson() {}

    static byte[] bytes(SupervisionState state) {
        ObjectNode json = JsonText.object();
        json.put("format", FORMAT).put("version", VERSION);
        ObjectNode detectors = json.putObject("detectors");
        new TreeMap<>(state.monitor().detectors())
                .forEach(
                        (id, learned) -> {
                            ObjectNode values = detectors.putObject(id);
                            learned.values()
                                    .forEach((name, n) -> JsonText.add(values.putArray(name), n));
                        });
        ArrayNode repairs = json.putArray("repairs");
        for (Repairs.Change change : state.repairs()) {
            repairs.addObject()
                    .put("knob", change.knob().name())
                    .put("min", change.knob().min())
                    .put("max", change.knob().max())
                    .put("relative", change.relative())
                    .put("number", change.number());
        }
        ArrayNode marks = json.putArray("snapshots");
        for (SupervisionState.Mark mark : state.marks()) {
            marks.addObject()
                    .put("step", mark.key().step())
                    .put("attempt", mark.key().attempt())
                    .put("incarnation", mark.key().incarnation())
                    .put("healthySteps", mark.healthySteps())
                    .put("good", mark.good())
                    .put("resumable", mark.resumable());
        }
        return JsonText.compact(json);
    }

    static SupervisionState parse(byte[] bytes) throws InvalidSnapshotException {
        try {
            JsonFields json = JsonFields.parse(bytes);
            json.expect("format", FORMAT, VERSION);
            SupervisionState state =
                    new SupervisionState(
                            monitor(json.object("detectors")),
                            json.list("repairs", SupervisionStateJson::repair),
                            json.list("snapshots", SupervisionStateJson::mark));
            json.end();
            return state;
        } catch (IllegalArgumentException e) {
            throw new InvalidSnapshotException(
                    SupervisionState.FILE, String.valueOf(e.getMessage()), e);
        }
    }

    private static MonitorState monitor(JsonFields json) {
        Map<String, DetectorState> states = new TreeMap<>();
        for (String id : json.names()) {
            JsonFields detector = json.object(id);
            Map<String, double[]> values = new TreeMap<>();
            for (String name : detector.names()) {
                values.put(name, detector.numbers(name));
            }
            states.put(id, new DetectorState(values));
        }
        return new MonitorState(states);
    }

    private static Repairs.Change repair(JsonFields json) {
        Knob knob = new Knob(json.text("knob"), json.number("min"), json.number("max"));
        Repairs.Change repair =
                new Repairs.Change(knob, json.flag("relative"), json.number("number"));
        json.end();
        return repair;
    }

    private static SupervisionState.Mark mark(JsonFields json) {
        SupervisionState.Mark mark =
                new SupervisionState.Mark(
                        json.key(),
                        json.integer("healthySteps"),
                        json.flag("good"),
                        json.flag("resumable"));
        json.end();
        return mark;
    }
}
