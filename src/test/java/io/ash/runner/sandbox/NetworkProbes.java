package io.ash.runner.sandbox;

import java.util.List;

/** What a program tries with the network when it has none. */
final class NetworkProbes {
  private NetworkProbes() {}

  /**
   * All of them; they need node.
   *
   * @param port of a server on the loopback of the host
   */
  static List<Probe> all(int port) {
    return List.of(
        reach("the loopback of the host", "127.0.0.1", port, "ECONNREFUSED"),
        reach("the loopback of the host in IPv6", "::1", port, "ECONNREFUSED|EADDRNOTAVAIL"),
        reach("the loopback of the host, mapped", "::ffff:127.0.0.1", port, "ECONNREFUSED"),
        reach("the loopback of the host by zero", "0.0.0.0", port, "ECONNREFUSED"),
        alone("the metadata of clouds", "169.254.169.254", 80),
        alone("the metadata of clouds in IPv6", "fd00:ec2::254", 80),
        alone("the private network", "10.0.0.1", 80),
        alone("the link", "169.254.1.1", 80),
        alone("the internet", "1.1.1.1", 443),
        alone("the internet in IPv6", "2606:4700:4700::1111", 443),
        Probe.alone(
            "a name server",
            "node -e \"require('dns').resolve('example.com',(e)=>process.exit(e?7:0))\"",
            "7 ?"),
        Probe.alone(
            "the internet by UDP",
            "node -e \"const s=require('dgram').createSocket('udp4');"
                + "s.send('x',53,'1.1.1.1',e=>{console.error(e&&e.code);process.exit(e?7:0)})\"",
            "7 ENETUNREACH ?"),
        Probe.alone(
            "an abstract Unix socket",
            "node -e \"require('net').connect({path:'\\0ash'}).on('error',"
                + "e=>{console.error(e.code);process.exit(7)})\"",
            "7 (EAFNOSUPPORT|EINVAL|EPERM) ?"),
        Probe.alone(
            "a Unix socket of the host",
            "node -e \"require('net').connect('/run/dbus/system_bus_socket').on('error',"
                + "e=>{console.error(e.code);process.exit(7)})\"",
            "7 (EAFNOSUPPORT|EINVAL|EPERM) ?"));
  }

  private static Probe reach(String what, String address, int port, String error) {
    return Probe.of("reach " + what, connect(address, port), "7 (" + error + ") ?");
  }

  private static Probe alone(String what, String address, int port) {
    return Probe.alone("reach " + what, connect(address, port), "7 (ENETUNREACH|EADDRNOTAVAIL) ?");
  }

  private static String connect(String address, int port) {
    return "node -e \"require('net').connect("
        + port
        + ",'"
        + address
        + "').on('connect',()=>process.exit(0)).on('error',"
        + "e=>{console.error(e.code);process.exit(7)})\"";
  }
}
