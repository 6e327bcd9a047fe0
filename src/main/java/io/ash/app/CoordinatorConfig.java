package io.ash.app;

import io.ash.blob.depot.DepotConfig;
import io.ash.config.Env;
import io.ash.config.Secret;
import io.ash.coordinator.agent.DeployConfig;
import io.ash.coordinator.fleet.FleetConfig;
import io.ash.coordinator.http.HttpConfig;
import io.ash.coordinator.session.SessionConfig;
import io.ash.coordinator.upkeep.UpkeepConfig;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Everything the rooms of the coordinator wing read.
 *
 * @param apiKey key of the default tenant
 * @param credentialKey seals what sessions keep
 * @param internalSecret opens the routes for the operator's own platform
 */
record CoordinatorConfig(
    HttpConfig http,
    FleetConfig fleet,
    SessionConfig session,
    DeployConfig deploy,
    DepotConfig depot,
    UpkeepConfig upkeep,
    Optional<Secret> apiKey,
    Optional<Secret> credentialKey,
    Optional<Secret> internalSecret) {

  static CoordinatorConfig read(Env env, Path dataDirectory, Mode mode) {
    return new CoordinatorConfig(
        HttpConfig.read(env),
        FleetConfig.read(env),
        SessionConfig.read(env),
        DeployConfig.read(env, dataDirectory, mode == Mode.STANDALONE),
        DepotConfig.read(env),
        UpkeepConfig.read(env),
        env.secret("ASH_API_KEY"),
        env.secret("ASH_CREDENTIAL_KEY"),
        env.secret("ASH_INTERNAL_SECRET"));
  }
}
