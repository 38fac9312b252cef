package io.fleetfit.deploy.demo;

/** The agent's configuration for a device of the demo. */
record AgentSettings(DemoDevice device) {
    static AgentSettings of(DemoDevice device) {
        return new AgentSettings(device);
    }

    String text(String controllerUrl, String token) {
        StringBuilder text = new StringBuilder();
        text.append("controller: ").append(controllerUrl).append('\n');
        text.append("enrolment-token: ").append(token).append('\n');
        text.append("device-id: ").append(device.id()).append('\n');
        text.append("storage:\n  quota: ").append(device.quota()).append('\n');
        text.append("link:\n  metered: ").append(device.metered()).append('\n');
        text.append("telemetry:\n  interval: 2s\nreport:\n  interval: 500ms\n");
        text.append("declared:\n");
        device.declared().forEach(line -> text.append("  ").append(line).append('\n'));
        return text.toString();
    }
}
