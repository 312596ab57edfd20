// SPDX-License-Identifier: GPL-2.0
/*
 * Words of lbvrrpd's blocks. lbcheckd passes over them, and looks at nothing
 * but the addresses that an instance holds.
 */
#include "rows.h"

const struct conf_keyword conf_words_vrrp[] = {
	V("state", D),
	V("interface", D),
	V("vrf", D),
	V("use_vmac", D),
	V("use_vmac_addr", D),
	V("use_ipvlan", D),
	V("vmac_xmit_base", D),
	V("native_ipv6", D),
	V("dont_track_primary", D),
	VB("track_interface", CONF_IN_LIST, D),
	VB("track_script", CONF_IN_LIST, D),
	VB("track_file", CONF_IN_LIST, D),
	VB("track_process", CONF_IN_LIST, D),
	VB("track_bfd", CONF_IN_LIST, D),
	V("mcast_src_ip", D),
	V("unicast_src_ip", D),
	V("mcast_dst_ip", D),
	V("track_src_ip", D),
	V("version", D),
	V("check_unicast_src", D),
	VB("unicast_peer", CONF_IN_LIST, D),
	V("unicast_fault_no_peer", D),
	V("unicast_ttl", D),
	V("old_unicast_checksum", D),
	V("garp_master_delay", D),
	V("garp_master_repeat", D),
	V("garp_lower_prio_delay", D),
	V("garp_lower_prio_repeat", D),
	V("garp_master_refresh", D),
	V("garp_master_refresh_repeat", D),
	V("garp_extra_if", D),
	V("garp_interval", D),
	V("gna_interval", D),
	V("vmac_garp_intvl", 0),
	V("down_timer_adverts", D),
	V("lower_prio_no_advert", D),
	V("higher_prio_send_advert", D),
	V("virtual_router_id", D),
	V("priority", D),
	V("advert_int", D),
	VB("authentication", CONF_IN_AUTH, D),
	VB("virtual_ipaddress", CONF_IN_ADDRESS, D),
	VB("virtual_ipaddress_excluded", CONF_IN_ADDRESS, D),
	V("no_virtual_ipaddress", 0),
	V("promote_secondaries", D),
	VB("virtual_routes", CONF_IN_LIST, D),
	VB("virtual_rules", CONF_IN_LIST, D),
	V("accept", D),
	V("no_accept", D),
	V("nopreempt", D),
	V("preempt", D),
	V("preempt_delay", D),
	V("skip_check_adv_addr", D),
	V("strict_mode", D),
	V("debug", D),
	V("notify_master", D),
	V("notify_backup", D),
	V("notify_fault", D),
	V("notify_stop", D),
	V("notify_deleted", D),
	V("notify", D),
	V("notify_master_rx_lower_pri", D),
	V("notify_priority_changes", D),
	V("smtp_alert", D),
	V("kernel_rx_buf_size", D),
	V("linkbeat_use_polling", D),
	V("lvs_sync_daemon_interface", D),
	V("owner_ignore_adverts", 0),
	V("timer_expired_backup", 0),
	V("thread_timer_expired", 0),
	V("v3_checksum_as_v2", 0),
	V("datapath", 0),
	END_OF_WORDS
};

const struct conf_keyword conf_words_auth[] = {
	V("auth_type", D),
	V("auth_pass", D),
	V("auth_hmac", 0),
	V("mode", 0),
	V("key", 0),
	V("active_key", 0),
	V("anti_replay", 0),
	V("time_window", 0),
	END_OF_WORDS
};

const struct conf_keyword conf_words_address[] = {
	V("brd", D),
	V("dev", D),
	V("scope", D),
	V("label", D),
	V("peer", D),
	V("home", D),
	V("preferred_lft", D),
	V("use_vmac", D),
	V("no_track", D),
	V("-nodad", D),
	V("mngtmpaddr", D),
	V("noprefixroute", D),
	V("autojoin", D),
	END_OF_WORDS
};

const struct conf_keyword conf_words_sync_group[] = {
	VB("group", CONF_IN_LIST, D),
	VB("track_interface", CONF_IN_LIST, D),
	VB("track_script", CONF_IN_LIST, D),
	VB("track_file", CONF_IN_LIST, D),
	VB("track_process", CONF_IN_LIST, D),
	VB("track_bfd", CONF_IN_LIST, D),
	V("notify_master", D),
	V("notify_backup", D),
	V("notify_fault", D),
	V("notify_stop", D),
	V("notify_deleted", D),
	V("notify", D),
	V("notify_priority_changes", D),
	V("smtp_alert", D),
	V("global_tracking", D),
	V("sync_group_tracking_weight", D),
	END_OF_WORDS
};

const struct conf_keyword conf_words_script[] = {
	V("script", D),
	V("interval", D),
	V("timeout", D),
	V("weight", D),
	V("rise", D),
	V("fall", D),
	V("user", D),
	V("init_fail", D),
	END_OF_WORDS
};

const struct conf_keyword conf_words_garp_group[] = {
	V("garp_interval", D),
	V("gna_interval", D),
	V("interface", D),
	VB("interfaces", CONF_IN_LIST, D),
	END_OF_WORDS
};

const struct conf_keyword conf_words_track_group[] = {
	VB("group", CONF_IN_LIST, D),
	END_OF_WORDS
};

const struct conf_keyword conf_words_process[] = {
	V("process", D),
	V("param_match", D),
	V("weight", D),
	V("quorum", D),
	V("quorum_max", D),
	V("fork_delay", D),
	V("terminate_delay", D),
	V("delay", D),
	V("full_command", D),
	END_OF_WORDS
};

const struct conf_keyword conf_words_track_file[] = {
	V("file", D),
	V("weight", D),
	V("init_file", D),
	END_OF_WORDS
};

const struct conf_keyword conf_words_bfd[] = {
	V("neighbor_ip", D),
	V("neighbour_ip", D),
	V("source_ip", D),
	V("min_rx", D),
	V("min_tx", D),
	V("idle_tx", D),
	V("multiplier", D),
	V("passive", D),
	V("ttl", D),
	V("hoplimit", D),
	V("max_hops", D),
	V("weight", D),
	V("vrrp", D),
	V("checker", D),
	V("multihop", 0),
	END_OF_WORDS
};
