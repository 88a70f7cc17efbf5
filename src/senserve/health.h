/* grpc.health.v1: the answers, as bytes. */
#ifndef SENSERVE_HEALTH_H
#define SENSERVE_HEALTH_H

#include <stdbool.h>

#include "base/buf.h"

enum health { HEALTH_SERVING, HEALTH_NOT_SERVING, HEALTH_SERVICE_UNKNOWN, HEALTH_BAD_REQUEST };

/* The health of the service in a HealthCheckRequest ("" is the whole server); never NOT_SERVING. */
enum health health_of(struct slice request);

/* Appends the HealthCheckResponse. */
void health_write(struct buf *to, enum health health);

#endif
