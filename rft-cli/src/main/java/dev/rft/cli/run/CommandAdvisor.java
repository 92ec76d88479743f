package dev.rft.cli.run;

import dev.rft.cli.report.Words;
import dev.rft.recovery.Advisor;
import dev.rft.recovery.Incident;
import dev.rft.recovery.RecoveryAction;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/**
 * Asks a shell command whether an action may be carried out. What it is asked stands in its
 * environment; its exit code is the answer: 0 for yes, 1 for no, any other for none. It is killed
 * when it takes too long.
 */
final class CommandAdvisor implements Advisor {

    private final String command;

    CommandAdvisor(String command) {
        this.command = command;
    }

    @Override
    public boolean approves(Incident incident, RecoveryAction action) {
        ProcessBuilder builder = new ProcessBuilder(List.of("/bin/sh", "-c", command));
        builder.environment().putAll(question(incident, action));
        // Standard output is the supervised command's.
        builder.redirectInput(Redirect.PIPE)
                .redirectOutput(Redirect.DISCARD)
                .redirectError(Redirect.INHERIT);
        Process asked;
        try {
            asked = builder.start();
            asked.getOutputStream().close();
        } catch (IOException e) {
            throw new UncheckedIOException("the adviser cannot be started: " + e.getMessage(), e);
        }
        try {
            int code = asked.waitFor();
            if (code == 0 || code == 1) {
                return code == 0;
            }
            throw new IllegalStateException("the adviser must end with 0 or 1, ended with " + code);
        } catch (InterruptedException late) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("the adviser has not answered in time", late);
        } finally {
            asked.descendants().forEach(ProcessHandle::destroyForcibly);
            asked.destroyForcibly();
        }
    }

    private static Map<String, String> question(Incident incident, RecoveryAction action) {
        return Map.of(
                "RFT_ACTION", action.name(),
                "RFT_ACTION_TEXT", Words.action(action, OptionalLong.empty()),
                "RFT_CAUSE", incident.diagnosis().cause().id(),
                "RFT_CAUSE_TEXT", incident.diagnosis().cause().rootCause(),
                "RFT_INCIDENT", Integer.toString(incident.number()),
                "RFT_OPENED", Long.toString(incident.opened().step()),
                "RFT_ONSET", Long.toString(incident.onset()));
    }
}
