package dev.rft.cli;

import dev.rft.monitor.json.Reason;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.OverwrittenOptionException;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.TypeConversionException;
import picocli.CommandLine.UnmatchedArgumentException;

/** Says in one line what is wrong with a command line, and where to read how it is done. */
final class Complaint {

    private final ParameterException bad;
    private final List<String> given;

    private Complaint(ParameterException bad, List<String> given) {
        this.bad = bad;
        this.given = given;
    }

    /**
     * Returns the complaint.
     *
     * @param bad what picocli says, or a command
     * @param given the whole command line
     * @return one line, without the command's name
     */
    static String of(ParameterException bad, String[] given) {
        return new Complaint(bad, Arrays.asList(given)).line();
    }

    private String line() {
        if (bad instanceof UnmatchedArgumentException unmatched) {
            return unmatched(unmatched);
        }
        if (bad instanceof MissingParameterException missing) {
            return missing(missing.getMissing()) + help();
        }
        if (bad instanceof OverwrittenOptionException twice) {
            return label(twice.getOverwritten()) + ": must be given once" + help();
        }
        if (bad.getArgSpec() instanceof OptionSpec flag && flag.arity().max() == 0) {
            return flag.longestName() + ": must have no value" + help();
        }
        if (bad.getArgSpec() != null && bad.getCause() instanceof TypeConversionException reason) {
            return name(bad.getArgSpec()) + ": " + Reason.of(reason);
        }
        return Reason.of(bad);
    }

    private String unmatched(UnmatchedArgumentException unmatched) {
        String first = Reason.oneLine(unmatched.getUnmatched().get(0));
        List<String> commands = commands();
        if (unmatched.isUnknownOption()) {
            return "unknown option: '" + first + "'" + meant(first, options()) + help();
        }
        if (!commands.isEmpty()) {
            return "unknown command '"
                    + first
                    + "'; commands: "
                    + String.join(", ", commands)
                    + meant(first, commands)
                    + help();
        }
        return "unexpected argument: '" + first + "'" + help();
    }

    private static String meant(String given, List<String> names) {
        String name = given.contains("=") ? given.substring(0, given.indexOf('=')) : given;
        List<String> nearest = Nearest.of(name, names);
        return nearest.isEmpty() ? "" : "; did you mean " + String.join(" or ", nearest) + "?";
    }

    private List<String> commands() {
        List<String> names = new ArrayList<>();
        for (Map.Entry<String, CommandLine> command :
                bad.getCommandLine().getSubcommands().entrySet()) {
            if (!command.getValue().getCommandSpec().usageMessage().hidden()) {
                names.add(command.getKey());
            }
        }
        return names;
    }

    private List<String> options() {
        return bad.getCommandLine().getCommandSpec().options().stream()
                .filter(option -> !option.hidden())
                .map(OptionSpec::longestName)
                .toList();
    }

    /** An option that was given misses its value; what was not given is missing itself. */
    private String missing(List<ArgSpec> missing) {
        if (missing.size() == 1 && missing.get(0) instanceof OptionSpec option) {
            for (String name : option.names()) {
                if (given.contains(name)) {
                    return name + ": must have a value, " + option.paramLabel();
                }
            }
        }
        return missing.stream().map(Complaint::label).collect(Collectors.joining(", "))
                + ": must be given";
    }

    private static String name(ArgSpec argument) {
        return argument instanceof OptionSpec option ? option.longestName() : argument.paramLabel();
    }

    private static String label(ArgSpec argument) {
        boolean flag = argument.arity().max() == 0;
        return argument instanceof OptionSpec option && !flag
                ? option.longestName() + " " + option.paramLabel()
                : name(argument);
    }

    private String help() {
        return "; see '" + bad.getCommandLine().getCommandSpec().qualifiedName() + " --help'";
    }
}
