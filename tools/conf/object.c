// SPDX-License-Identifier: GPL-2.0
/* Services and servers as the kernel is to have them. */
#include <string.h>

#include "conf.h"

#define SERVICE(attr)	L4LB_BIT(L4LB_A_SERVICE_##attr)
#define SERVER(attr)	L4LB_BIT(L4LB_A_SERVER_##attr)

/**
 * conf_service_object() - a front of a service
 * @service: service
 * @front: one of its fronts
 * @object: out: identity, name and all that is set
 */
void conf_service_object(const struct conf_service *service,
			 const struct conf_front *front,
			 struct l4lb_service *object)
{
	const struct l4lb_service *id = &front->id;

	*object = service->set;
	object->has |= id->has;
	object->proto = id->proto;
	object->addr = id->addr;
	object->prefix = id->prefix;
	object->port = id->port;
	object->port_last = id->port_last;
	object->fwmark = id->fwmark;
	object->family = id->family;
	memcpy(object->name, id->name, sizeof(object->name));
}

/**
 * conf_server_port() - the port that a server is known by
 * @service: service
 * @front: one of its fronts
 * @server: one of its servers
 *
 * Only NAT can change a port.
 * Return: port; 0: that of each packet.
 */
__u16 conf_server_port(const struct conf_service *service,
		       const struct conf_front *front,
		       const struct conf_server *server)
{
	if (service->set.method == L4LB_METHOD_NAT && server->port)
		return server->port;
	return l4lb_service_many_ports(&front->id) ? 0 : front->id.port;
}

/**
 * conf_server_object() - a server of a front
 * @service: service
 * @front: one of its fronts
 * @server: one of its servers
 * @object: out: identity, name and all that is set
 */
void conf_server_object(const struct conf_service *service,
			const struct conf_front *front,
			const struct conf_server *server,
			struct l4lb_server *object)
{
	memset(object, 0, sizeof(*object));
	object->service = front->id;
	object->service.has &= ~SERVICE(NAME);
	object->service.name[0] = '\0';
	object->addr = server->addr;
	object->port = conf_server_port(service, front, server);
	object->weight = server->weight;
	object->max_conns = server->max_conns;
	object->min_conns = server->min_conns;
	object->has = SERVER(SERVICE) | SERVER(ADDR) | SERVER(PORT) |
		      SERVER(WEIGHT) | SERVER(MAX_CONNS);
	if (server->min_conns)
		object->has |= SERVER(MIN_CONNS);
	if (!server->name)
		return;
	strcpy(object->name, server->name);
	object->has |= SERVER(NAME);
}
