#!/usr/bin/env perl
# An application made of Net::SMPP: binds to PORT, submits what it was told to,
# and prints one line of JSON for each PDU as Net::SMPP understood it. Ends by
# unbind when it has been asked to by a line of input.
use strict;
use warnings;
use Net::SMPP;
use IO::Select;
use JSON::PP;

$| = 1;
my ($port) = @ARGV;
my $json = JSON::PP->new->canonical;

sub report {
	my ($event, $pdu) = @_;
	my %seen = (event => $event);
	for my $key (qw(cmd status seq message_id source_addr destination_addr
			esm_class data_coding num_unsuccess)) {
		$seen{$key} = $pdu->{$key} if defined $pdu->{$key};
	}
	$seen{hex} = unpack 'H*', $pdu->{short_message}
		if defined $pdu->{short_message};
	$seen{message_state} = unpack 'C', $pdu->{message_state}
		if defined $pdu->{message_state};
	$seen{receipted} = unpack 'Z*', $pdu->{receipted_message_id}
		if defined $pdu->{receipted_message_id};
	print $json->encode(\%seen), "\n";
}

my ($smpp, $answer) = Net::SMPP->new_transceiver('127.0.0.1', port => $port,
	system_id => 'app', password => 'secret') or die "bind: $!";
report('bound', $answer);
my @common = (async => 1, source_addr_ton => 1, source_addr_npi => 1,
	dest_addr_ton => 1, dest_addr_npi => 1, source_addr => '441234',
	destination_addr => '491510000009', registered_delivery => 1);
$smpp->submit_sm(@common, short_message => 'plain') or die 'submit_sm';
$smpp->submit_sm(@common, short_message => "\x04\x16\x04\x16",
	data_coding => 8) or die 'submit_sm';
$smpp->data_sm(@common, message_payload => 'p' x 400) or die 'data_sm';
$smpp->submit_multi(@common, dest_flag => [1, 1],
	destination_addr => ['491510000019', '491510000029'],
	dest_addr_ton => [1, 1], dest_addr_npi => [1, 1],
	short_message => 'to many') or die 'submit_multi';
$smpp->query_sm(async => 1, message_id => 'none', source_addr => '441234')
	or die 'query_sm';
$smpp->cancel_sm(async => 1, message_id => 'none', source_addr => '441234',
	destination_addr => '') or die 'cancel_sm';
$smpp->enquire_link(async => 1) or die 'enquire_link';

my $ready = IO::Select->new($smpp, \*STDIN);
my $is_over = 0;
while (!$is_over) {
	for my $from ($ready->can_read) {
		if ($from == \*STDIN) {
			$ready->remove(\*STDIN);
			$smpp->unbind(async => 1);
			next;
		}
		my $pdu = $smpp->read_pdu or die "read: $!";
		my $cmd = $pdu->{cmd};
		if ($cmd == Net::SMPP::CMD_deliver_sm) {
			report('deliver', $pdu);
			$smpp->deliver_sm_resp(seq => $pdu->{seq}, status => 0,
				message_id => '');
		} elsif ($cmd == Net::SMPP::CMD_unbind_resp) {
			$is_over = 1;
		} else {
			report('answer', $pdu);
		}
	}
}
