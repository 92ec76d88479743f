package dev.rft.cli.evaluate;

import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/**
 * A choice of runs by a field of their labels.
 *
 * @param given as it was given: {@code task=A}
 * @param spec the command that complains
 */
record Split(String given, CommandSpec spec) {

    List<Evaluation.Run> choose(List<Evaluation.Run> all) {
        int equals = given.indexOf('=');
        String field = equals < 0 ? given : given.substring(0, equals);
        String value = equals < 0 ? "" : given.substring(equals + 1);
        List<Evaluation.Run> chosen =
                all.stream().filter(run -> value.equals(run.label().fields().get(field))).toList();
        if (equals < 0 || chosen.isEmpty()) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--split: must be FIELD=VALUE of at least one run's label, was '"
                            + given
                            + "'");
        }
        return chosen;
    }
}
