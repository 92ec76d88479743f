/**
 * Detectors, the monitor that runs them, and the diagnosis that names a cause or abstains. No
 * tensors.
 */
@SuppressWarnings("module") // the module of a qualified export is built after this one
module dev.rft.monitor {
    requires transitive dev.rft.api;
    requires com.fasterxml.jackson.databind;
    requires static org.jspecify;
    requires org.slf4j;

    exports dev.rft.monitor;
    exports dev.rft.monitor.detect;
    exports dev.rft.monitor.diagnose;
    exports dev.rft.monitor.log;
    exports dev.rft.monitor.profile;
    exports dev.rft.monitor.json to
            dev.rft.recovery;

    uses dev.rft.monitor.DetectorProvider;
}
