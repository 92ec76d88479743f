package dev.rft.cli;

import dev.rft.monitor.log.LogFormat;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads the arguments that several commands have in common. */
public final class Arguments {

    private Arguments() {}

    /** Reads how many of something there shall be, at least one. */
    public static final class Count implements ITypeConverter<Integer> {
        @Override
        public Integer convert(String value) {
            try {
                int count = Integer.parseInt(value);
                if (count >= 1) {
                    return count;
                }
            } catch (NumberFormatException none) {
                // Told of below, as for one that is too small.
            }
            throw new TypeConversionException("must be an integer >= 1, was '" + value + "'");
        }
    }

    /** Reads a seed. */
    public static final class Seed implements ITypeConverter<Long> {
        @Override
        public Long convert(String value) {
            try {
                return Long.valueOf(value);
            } catch (NumberFormatException invalid) {
                throw new TypeConversionException("must be a 64-bit integer, was '" + value + "'");
            }
        }
    }

    /** Reads the name of a file or a directory. An empty one is no name for the present one. */
    public static final class FileName implements ITypeConverter<Path> {
        @Override
        public Path convert(String value) {
            try {
                if (!value.isBlank()) {
                    return Path.of(value);
                }
            } catch (InvalidPathException invalid) {
                // Told of below, as for a blank one.
            }
            throw new TypeConversionException(
                    "must be the name of a file or directory, was '" + value + "'");
        }
    }

    /**
     * A format, or none for finding it out.
     *
     * @param format the format
     */
    public record Format(Optional<LogFormat> format) {
        /** Finds it out. */
        public static final Format AUTO = new Format(Optional.empty());
    }

    /** Reads the name of a format. */
    public static final class FormatName implements ITypeConverter<Format> {
        @Override
        public Format convert(String value) {
            if (value.equals("auto")) {
                return Format.AUTO;
            }
            for (LogFormat known : LogFormat.values()) {
                if (known.id().equals(value)) {
                    return new Format(Optional.of(known));
                }
            }
            throw new TypeConversionException(
                    "must be auto, "
                            + Arrays.stream(LogFormat.values())
                                    .map(LogFormat::id)
                                    .collect(Collectors.joining(", "))
                            + ", was '"
                            + value
                            + "'");
        }
    }
}
