package dev.rft.testkit;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;

/** A clock that stands still until a test moves it. Safe for several threads. */
public final class ManualClock extends Clock {

    private final AtomicReference<Instant> now;
    private final ZoneId zone;

    /** Makes a clock in UTC that stands at the beginning of the epoch. */
    public ManualClock() {
        this(Instant.EPOCH);
    }

    /**
     * Makes a clock in UTC.
     *
     * @param start where it stands
     */
    public ManualClock(Instant start) {
        this(new AtomicReference<>(Objects.requireNonNull(start, "start")), ZoneOffset.UTC);
    }

    private ManualClock(AtomicReference<Instant> now, ZoneId zone) {
        this.now = now;
        this.zone = zone;
    }

    /**
     * Moves the clock forward.
     *
     * @param time how far, not negative
     * @throws IllegalArgumentException when the time is negative
     */
    public void advance(Duration time) {
        if (time.isNegative()) {
            throw new IllegalArgumentException("time: must not be negative, was " + time);
        }
        now.updateAndGet(instant -> instant.plus(time));
    }

    @Override
    public ZoneId getZone() {
        return zone;
    }

    /** Returns a clock of another zone that moves with this one. */
    @Override
    public Clock withZone(ZoneId other) {
        return new ManualClock(now, Objects.requireNonNull(other, "zone"));
    }

    @Override
    public Instant instant() {
        return Objects.requireNonNull(now.get());
    }
}
