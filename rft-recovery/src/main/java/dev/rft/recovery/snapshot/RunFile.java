package dev.rft.recovery.snapshot;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.rft.api.control.InvalidSnapshotException;
import dev.rft.monitor.json.JsonFields;
import dev.rft.monitor.json.JsonText;

/**
 * Says to which run a directory belongs.
 *
 * @param run the run
 * @param incarnation the last that was begun
 */
record RunFile(String run, int incarnation) {

    static final String NAME = "run.json";

    private static final String FORMAT = "rft-run";
    private static final int VERSION = 1;

    byte[] toBytes() {
        ObjectNode json = JsonText.object();
        json.put("format", FORMAT).put("version", VERSION);
        json.put("run", run).put("incarnation", incarnation);
        return JsonText.pretty(json);
    }

    static RunFile parse(byte[] bytes, String file) throws InvalidSnapshotException {
        try {
            JsonFields json = JsonFields.parse(bytes);
            json.expect("format", FORMAT, VERSION);
            RunFile run = new RunFile(json.text("run"), json.integer("incarnation"));
            json.end();
            return run;
        } catch (IllegalArgumentException e) {
            throw new InvalidSnapshotException(file, String.valueOf(e.getMessage()), e);
        }
    }
}
