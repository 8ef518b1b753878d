#!/usr/bin/env perl
# An SMSC made of Net::SMPP, as a second opinion on the gateway's PDUs. Prints one
# line of JSON for each PDU as Net::SMPP understood it; answers submits, sends a
# receipt for each and one message of an SMS user after the bind.
use strict;
use warnings;
use Net::SMPP;
use JSON::PP;

$| = 1;
my $listener = Net::SMPP->new_listen('127.0.0.1', port => 0)
	or die "listen: $!";
my $json = JSON::PP->new->canonical;
print $json->encode({ event => 'listening', port => $listener->sockport }), "\n";
my $smpp = $listener->accept or die "accept: $!";
my ($count, $asked) = (0, 0);

sub report {
	my ($event, $pdu) = @_;
	my %seen = (event => $event);
	for my $key (qw(cmd status seq system_id password interface_version
			source_addr source_addr_ton source_addr_npi
			destination_addr dest_addr_ton dest_addr_npi esm_class
			registered_delivery data_coding validity_period
			message_id)) {
		$seen{$key} = $pdu->{$key} if defined $pdu->{$key};
	}
	$seen{hex} = unpack 'H*', $pdu->{short_message}
		if defined $pdu->{short_message};
	print $json->encode(\%seen), "\n";
}

sub mo {
	my (%more) = @_;
	$smpp->deliver_sm(async => 1, source_addr_ton => 1,
		source_addr_npi => 1, dest_addr_ton => 1, dest_addr_npi => 1,
		source_addr => '491520000001',
		destination_addr => '491710000001', %more)
		or die 'deliver_sm';
}

sub on_submit {
	my ($pdu) = @_;
	my $id = sprintf 'NS%04d', ++$count;
	report('submit', $pdu);
	$smpp->submit_sm_resp(seq => $pdu->{seq}, message_id => $id,
		status => 0) or die 'submit_sm_resp';
	mo(esm_class => 4, source_addr => $pdu->{destination_addr},
	   destination_addr => $pdu->{source_addr},
	   short_message => "id:$id sub:001 dlvrd:001 submit date:2601011200 "
		. 'done date:2601011200 stat:DELIVRD err:000 text:');
}

while (my $pdu = $smpp->read_pdu) {
	my $cmd = $pdu->{cmd};
	if ($cmd == Net::SMPP::CMD_bind_transceiver) {
		report('bind', $pdu);
		$smpp->bind_transceiver_resp(seq => $pdu->{seq},
			system_id => 'netsmpp', status => 0) or die 'bind_resp';
		mo(short_message => 'hello from perl');
		mo(short_message => "\x04\x16\x04\x16", data_coding => 8);
	} elsif ($cmd == Net::SMPP::CMD_submit_sm) {
		on_submit($pdu);
	} elsif ($cmd == Net::SMPP::CMD_deliver_sm_resp) {
		report('deliver_resp', $pdu);
	} elsif ($cmd == Net::SMPP::CMD_enquire_link) {
		report('enquire', $pdu);
		$smpp->enquire_link_resp(seq => $pdu->{seq});
	} elsif ($cmd == Net::SMPP::CMD_unbind) {
		report('unbind', $pdu);
		$smpp->unbind_resp(seq => $pdu->{seq}, status => 0);
		last;
	} else {
		report('other', $pdu);
	}
}
