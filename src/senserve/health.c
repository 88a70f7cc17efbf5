/* The server is up or does not answer, so its health is simple. */
#include "senserve/health.h"

#include "health.pb-c.h"

static const char *const services[] = {"", "SeniorityModel", "grpc.health.v1.Health"};

enum health
health_of(struct slice bytes)
{
	enum health health = HEALTH_SERVICE_UNKNOWN;
	Grpc__Health__V1__HealthCheckRequest *request =
		grpc__health__v1__health_check_request__unpack(NULL, bytes.len, (const uint8_t *)bytes.ptr);

	if (!request)
		return HEALTH_BAD_REQUEST;
	for (size_t i = 0; i < sizeof services / sizeof *services; i++)
		if (strcmp(request->service, services[i]) == 0)
			health = HEALTH_SERVING;
	grpc__health__v1__health_check_request__free_unpacked(request, NULL);
	return health;
}

void
health_write(struct buf *to, enum health health)
{
	Grpc__Health__V1__HealthCheckResponse reply = GRPC__HEALTH__V1__HEALTH_CHECK_RESPONSE__INIT;

	reply.status = GRPC__HEALTH__V1__HEALTH_CHECK_RESPONSE__SERVING_STATUS__SERVICE_UNKNOWN;
	if (health == HEALTH_SERVING)
		reply.status = GRPC__HEALTH__V1__HEALTH_CHECK_RESPONSE__SERVING_STATUS__SERVING;
	if (health == HEALTH_NOT_SERVING)
		reply.status = GRPC__HEALTH__V1__HEALTH_CHECK_RESPONSE__SERVING_STATUS__NOT_SERVING;
	buf_reserve(to, grpc__health__v1__health_check_response__get_packed_size(&reply));
	to->len += grpc__health__v1__health_check_response__pack(&reply, (uint8_t *)to->data + to->len);
}
